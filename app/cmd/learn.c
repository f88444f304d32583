/* SPDX-License-Identifier: ISC */
#include "app/cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/cmd/baseline_read.h"
#include "app/cmd/learn_write.h"
#include "app/cmd/ndjson.h"
#include "app/cmd/table.h"

static void usage(void)
{
	printf(
	    "usage: dnshound learn [options] INPUT... -o FILE\n"
	    "       dnshound learn --show FILE\n\n"
	    "What is ordinary at this site, from its own past, two weeks or more of it: zones\n"
	    "that several clients ask for and how much they leak, budgets, and what pairs look\n"
	    "like. scan and hunt then judge by it.\n\n"
	    "  dnshound learn /var/log/zeek/2026-10-* -o site.baseline\n"
	    "  dnshound learn --show site.baseline\n"
	    "  dnshound scan --baseline site.baseline /var/log/zeek/today.log\n\n"
	    "One client alone never teaches. A client that is a finding is printed, and teaches\n"
	    "nothing; one that --allow accepts does.\n\n"
	    "Exit status: 0 learned, 1 learned, but there were findings, 2 something was wrong, "
	    "3 both.\n");
	options_help(USE_INPUT | USE_LEARN);
}

/* Whole or not at all: a reader never sees half a file, and an old one stays until then. */
static bool save(const char *path, const char *text, size_t len)
{
	char *part = NULL;
	if (asprintf(&part, "%s.part", path) < 0)
		part = NULL;
	FILE *f = part ? fopen(part, "wbe") : NULL;
	bool good = f && fwrite(text, 1, len, f) == len && fflush(f) == 0 && fsync(fileno(f)) == 0;
	int error = errno;

	if (f && fclose(f) != 0)
		good = false;
	if (good && rename(part, path) != 0) {
		error = errno;
		good = false;
	}
	if (!good) {
		fprintf(stderr, "dnshound: %s: %s\n", path, strerror(error));
		if (f)
			unlink(part);
	}
	free(part);
	return good;
}

static bool make_text(const struct session *s, struct learn_pairs *p, const struct learn_days *d,
    char **ret, size_t *ret_len)
{
	const struct options *o = s->options;
	const struct learn_wish wish = {o->min_clients, o->alerts_per_week};
	char *text = NULL;
	size_t len = 0;
	FILE *f = open_memstream(&text, &len);
	bool good = f && learn_write(f, p, d, &s->stats, &wish) && fflush(f) == 0;

	if (good) {
		fprintf(f, "sum\t%016llx\n", (unsigned long long)baseline_sum(view_of(text, len)));
		good = fflush(f) == 0 && !ferror(f);
	}
	if (f)
		fclose(f);
	if (!good) {
		fprintf(stderr, "dnshound: out of memory\n");
		free(text);
		return false;
	}
	*ret = text;
	*ret_len = len;
	return true;
}

static void tell_findings(const struct session *s, const struct rows *found)
{
	for (size_t i = 0; s->options->json && i < found->n; i++)
		ndjson_finding(s, &found->at[i]);
	if (s->options->json)
		ndjson_summary(s, found);
	else
		table_findings(s, found);
}

static void tell_learned(const struct session *s, const struct learn_pairs *p)
{
	const char *path = s->options->output;
	if (s->options->json) {
		struct record *r = record_new("baseline");
		record_text(r, "file", path);
		record_int(r, "clients", p->clients);
		record_int(r, "clients_left_out", p->left_out);
		record_int(r, "pairs", p->n);
		record_print(r);
		return;
	}
	printf("\nLearned from %zu pairs of %u clients", p->n, p->clients);
	if (p->left_out)
		printf("; %u with findings taught nothing (--allow what is accepted)", p->left_out);
	printf(": see dnshound learn --show %s\n", path);
}

static bool learn(struct session *s, const struct rows *found, const struct learn_days *days)
{
	struct learn_pairs pairs;
	char *text;
	size_t len;
	bool good = learn_pairs_gather(&pairs, s, found);

	if (good && pairs.n == 0) {
		fprintf(stderr, "dnshound: nothing to learn from; %s was not written\n",
		    s->options->output);
		good = false;
	}
	if (good && (good = make_text(s, &pairs, days, &text, &len))) {
		good = save(s->options->output, text, len);
		free(text);
	}
	tell_findings(s, found);
	if (good)
		tell_learned(s, &pairs);
	learn_pairs_free(&pairs);
	return good;
}

/* Whether the command line makes sense. */
static bool is_complete(const struct options *o, const char *command)
{
	if (!options_has_input(o, command))
		return false;
	if (!o->output)
		fprintf(stderr, "dnshound: learn: -o FILE says where the baseline goes\n");
	else if (o->min_clients < 2)
		fprintf(stderr, "dnshound: --min-clients: one client alone never teaches\n");
	else
		return true;
	return false;
}

int cmd_learn(int argc, char **argv)
{
	struct options o;
	struct session s;
	struct rows rows;
	struct learn_days days;
	int status = EXIT_ERROR;

	if (!options_parse(&o, USE_INPUT | USE_LEARN, argc, argv))
		return EXIT_ERROR;
	if (o.help) {
		usage();
		return EXIT_CLEAN;
	}
	if (o.show)
		return baseline_show(o.show) ? EXIT_CLEAN : EXIT_ERROR;
	if (!is_complete(&o, argv[0]))
		return EXIT_ERROR;
	if (!learn_days_init(&days)) {
		fprintf(stderr, "dnshound: out of memory\n");
		return EXIT_ERROR;
	}
	if (session_open(&s, &o, true)) {
		days.since_ns = s.config.since_ns;
		days.until_ns = s.config.until_ns;
		s.each = learn_days_event;
		s.each_ctx = &days;
		if (session_run(&s) && rows_gather(&rows, &s, ROWS_FINDINGS)) {
			bool good = learn(&s, &rows, &days);
			status = (rows.n > rows.n_allowed ? EXIT_FINDINGS : EXIT_CLEAN) |
			         (s.errors || !good ? EXIT_ERROR : 0);
			rows_free(&rows);
		}
	}
	session_close(&s);
	free(days.slots);
	return status;
}
