/* SPDX-License-Identifier: ISC */
#include "app/cmd/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/alert/advice.h"
#include "app/alert/stamp.h"
#include "app/cmd/identified.h"
#include "lib/base/address.h"
#include "lib/base/out.h"
#include "lib/decode/name.h"
#include "lib/engine/publish.h"

enum { COLUMNS = 100, REASONS_SHOWN = 6, SAMPLES_SHOWN = 2 };

bool table_has_colours(void)
{
	const char *no = getenv("NO_COLOR");
	return isatty(STDOUT_FILENO) && !(no && *no);
}

void table_bytes(uint64_t bytes, char *buf, size_t size)
{
	struct out o = out_to(buf, size);
	out_bytes(&o, bytes);
}

void table_fit(char *text, size_t width)
{
	size_t len = strlen(text), keep = width - 3;
	if (len <= width)
		return;
	memmove(text + keep / 2 + 3, text + len - (keep - keep / 2), keep - keep / 2 + 1);
	memcpy(text + keep / 2, "...", 3);
}

static void print_reasons(const struct session *s, const struct finding *f)
{
	for (unsigned i = 0; i < f->verdict.n_reasons && i < REASONS_SHOWN; i++) {
		char text[PUBLISH_REASON_MAX];
		publish_reason(&s->config, f, i, text, sizeof(text));
		printf("    %+4d  %.*s\n", f->verdict.reasons[i].points, COLUMNS - 10, text);
	}
}

static void print_samples(const struct finding *f)
{
	char text[NAME_TEXT_MAX], type[PUBLISH_WORD_MAX];
	for (unsigned i = 0; f->evidence && i < SAMPLES_SHOWN; i++) {
		const struct sample *sample = &f->evidence->samples[i];
		if (!sample->len)
			continue;
		name_print(sample->name, text);
		publish_type(sample->qtype, type);
		table_fit(text, COLUMNS - 22);
		printf("    e.g.  %s %s\n", type, text);
	}
}

static void print_finding(const struct session *s, const struct finding *f, bool colours)
{
	static const char *const paint[] = {"", "", "\033[33m", "\033[31m", "\033[1;31m"};
	char zone[NAME_TEXT_MAX + 2], client[46], up[24], down[24], when[48];

	publish_zone(f, zone);
	table_fit(zone, 28);
	address_print(f->now.client, client);
	if (f->now.subject == SUBJECT_ZONE)
		snprintf(client, sizeof(client), "%u clients", f->now.zone_clients);
	table_fit(client, 21);
	table_bytes(f->now.bytes_up, up, sizeof(up));
	table_bytes(f->now.bytes_down, down, sizeof(down));
	printf("%s%5u  %-12.12s%s  %-21s  %-28s %10s %10s\n",
	    colours ? paint[f->verdict.severity] : "", f->verdict.score,
	    verdict_text(f->verdict.kind), colours ? "\033[0m" : "", client, zone, up, down);
	stamp_print(f->now.first_ns, when, sizeof(when));
	printf("          %llu queries, %llu names in %.1f s from %s",
	    (unsigned long long)f->now.queries, (unsigned long long)f->now.unique,
	    (double)(f->now.last_ns - f->now.first_ns) / 1e9, when);
	if (f->alerted_ns) {
		table_bytes(f->bytes_at_alert, up, sizeof(up));
		printf("; known after %s", up);
	}
	putchar('\n');
	identified_print(s, f);
	print_reasons(s, f);
	print_samples(f);
	printf("    Next: %s\n\n", advice_next_step((enum dh_verdict)f->verdict.kind));
}

void table_coverage(const struct session *s)
{
	const struct engine_stats *st = &s->stats;
	uint64_t bad = 0;
	for (unsigned i = 0; i < MALFORMED_COUNT; i++)
		bad += st->malformed[i];
	printf("Seen: %llu messages (%llu queries, %llu answers), %llu pairs",
	    (unsigned long long)st->events, (unsigned long long)st->queries,
	    (unsigned long long)st->responses, (unsigned long long)st->pairs);
	if (st->events && st->responses == 0)
		printf("; no answers in this source");
	if (st->events && st->queries == 0)
		printf("; no queries in this source");
	if (st->upstream && st->upstream == st->events)
		printf("; only between servers: clients are not told apart");
	if (st->case_unknown)
		printf("; case of names lost");
	if (st->local)
		printf("; %llu link-local", (unsigned long long)st->local);
	if (st->not_dns)
		printf("; %llu not DNS", (unsigned long long)st->not_dns);
	if (bad)
		printf("; %llu malformed", (unsigned long long)bad);
	if (st->pairs_evicted + st->evidence_refused)
		printf(
		    "; tables full: %llu pairs forgotten", (unsigned long long)st->pairs_evicted);
	printf("; %.1f s\n", s->elapsed_s);
}

/* One line for what --allow accepts: how many, and the reason of each entry once. */
static void print_allowed(const struct session *s, const struct rows *r)
{
	const struct allow_entry *last = NULL;
	if (r->n_allowed == 0)
		return;
	printf("%zu finding%s allowed (", r->n_allowed, r->n_allowed == 1 ? "" : "s");
	for (size_t k = 0; k < s->allow.n; k++) {
		const struct allow_entry *e = &s->allow.entries[k];
		size_t i = 0;
		while (i < r->n && rows_allowed(s, &r->at[i]) != e)
			i++;
		if (i == r->n)
			continue;
		printf("%s%.70s", last ? "; " : "", e->reason);
		last = e;
	}
	printf(")\n");
}

void table_findings(const struct session *s, const struct rows *r)
{
	bool colours = table_has_colours();
	size_t n = r->n - r->n_allowed, printed = 0;
	size_t shown = s->options->top && s->options->top < n ? s->options->top : n;

	if (n) {
		printf("%5s  %-12s  %-21s  %-28s %10s %10s\n", "score", "verdict", "client", "zone",
		    "out", "in");
		for (size_t i = 0; printed < shown; i++) {
			if (rows_allowed(s, &r->at[i]))
				continue;
			print_finding(s, &r->at[i], colours);
			printed++;
		}
		if (shown < n)
			printf("... and %zu more (--top 0 shows all)\n\n", n - shown);
	}
	print_allowed(s, r);
	table_coverage(s);
	if (n == 0 && s->stats.events == 0)
		printf("Nothing to judge: no DNS was found in the input.\n");
	else if (n == 0)
		printf(
		    "Nothing at or above score %u. See the quiet ones with: dnshound hunt INPUT\n",
		    s->options->threshold);
	else
		printf("Next: the figures of every pair: dnshound hunt INPUT; all of a finding: "
		       "--json\n");
}
