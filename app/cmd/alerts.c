/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/alert/record.h"
#include "app/alert/stamp.h"
#include "app/cmd/cmd.h"
#include "app/cmd/table.h"
#include "app/cmd/timearg.h"
#include "app/serve/store.h"
#include "include/dnshound.h"

#define STORE_PATH "/var/lib/dnshound/alerts.db"

struct request {
	const char *store, *client, *zone, *reason, *until, *severity, *since;
	const char **words;
	unsigned n_words;
	bool json, all;
	struct store *open;
};

static void usage(void)
{
	printf("usage: dnshound alerts [options] list\n"
	       "       dnshound alerts [options] show ALERT\n"
	       "       dnshound alerts [options] mute [ALERT] --reason TEXT [--until TIME]\n"
	       "       dnshound alerts [options] mutes\n"
	       "       dnshound alerts [options] unmute NUMBER\n\n"
	       "What `dnshound watch` has found and keeps. ALERT is an id, or how one begins. A "
	       "muted\nfinding is still counted and kept, but nobody is told.\n\n"
	       "  dnshound alerts list --all --json\n"
	       "  dnshound alerts show 91c2\n"
	       "  dnshound alerts mute 91c2 --reason 'backup of the lab, ticket 4711'\n"
	       "  dnshound alerts mute --client 10.0.0.7 --zone corp.example --until 2026-03-01 "
	       "\\\n                       --reason 'agreed with Ms Ito'\n\n"
	       "  --store FILE      where alerts are kept (default DNSHOUND_STORE, or\n"
	       "                    " STORE_PATH ")\n"
	       "  --all             closed ones too\n"
	       "  --client ADDRESS  of this client\n"
	       "  --zone DOMAIN     of this zone; for mute also what lies below it\n"
	       "  --severity WORD   at least low, medium, high, critical\n"
	       "  --since TIME      seen since then\n"
	       "  --reason TEXT     why, for those who come after\n"
	       "  --until TIME      when a mute ends; without, it stays until unmute\n"
	       "  --json            one object a line\n"
	       "  --help            this text\n\n"
	       "Exit status: 0 done (list: none open), 1 list: there are open alerts, 2 something "
	       "was wrong.\n");
}

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return t.tv_sec * INT64_C(1000000000) + t.tv_nsec;
}

static void print_time(int64_t ns, char buf[STAMP_MAX])
{
	stamp_print(ns, buf, STAMP_MAX);
	buf[19] = 0;
}

/* Names are escaped when they are taken; the file may be another's all the same. */
static void clean(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < ' ' || (unsigned char)*text > 126)
			*text = '?';
}

static void fit(const char *from, char *to, size_t size, size_t width)
{
	snprintf(to, size, "%s", from);
	clean(to);
	table_fit(to, width);
}

static void alert_json(const struct journal_alert *a)
{
	struct record *o = record_new("alert_state"), *last;
	record_int(o, "schema_version", 1);
	record_text(o, "alert_id", a->id);
	record_text(o, "finding_id", a->finding);
	record_text(o, "state", a->closed_ns ? "closed" : "open");
	record_bool(o, "muted", a->muted);
	record_text(o, "client", a->client);
	record_text(o, "zone", a->zone);
	record_text(o, "verdict", a->verdict);
	record_text(o, "severity", a->severity);
	record_text(o, "tool", a->tool);
	record_int(o, "score", a->score);
	record_int(o, "events", a->events);
	record_time(o, "opened_at", a->opened_ns);
	record_time(o, "last_seen", a->last_seen_ns);
	record_time(o, "closed_at", a->closed_ns);
	record_int(o, "bytes_up", a->bytes_up);
	record_int(o, "bytes_down", a->bytes_down);
	record_int(o, "queries", a->queries);
	last = a->document ? record_parse(a->document) : NULL;
	if (last) {
		record_copy(o, "last_event", last);
		record_free(last);
	}
	record_print(o);
}

struct counts {
	unsigned n, open;
	bool json;
};

static void list_one(void *arg, const struct journal_alert *a)
{
	struct counts *c = arg;
	char client[64], zone[1100], up[24], when[STAMP_MAX];

	c->n++;
	c->open += a->closed_ns == 0;
	if (c->json) {
		alert_json(a);
		return;
	}
	if (c->n == 1)
		printf("%-8s %-8s %-12s %-18s %-20s %9s  %s\n", "alert", "severity", "verdict",
		    "client", "zone", "out", "last seen");
	fit(*a->client ? a->client : "(several)", client, sizeof(client), 18);
	fit(a->zone, zone, sizeof(zone), 20);
	table_bytes(a->bytes_up, up, sizeof(up));
	print_time(a->last_seen_ns, when);
	printf("%-8.8s %-8.8s %-12.12s %-18s %-20s %9s  %s%s\n", a->id, a->severity, a->verdict,
	    client, zone, up, when + 5,
	    a->closed_ns ? " -"
	    : a->muted   ? " m"
	                 : "");
}

static bool fill_query(const struct request *r, struct store_query *q)
{
	*q = (struct store_query){.open_only = !r->all, .client = r->client, .zone = r->zone};
	for (unsigned i = 0; r->severity && i <= DH_CRITICAL + 1; i++) {
		if (i > DH_CRITICAL) {
			fprintf(stderr,
			    "dnshound: --severity: '%s' is none of low, medium, high, "
			    "critical\n",
			    r->severity);
			return false;
		}
		if (strcmp(dh_severity_text((enum dh_severity)i), r->severity) == 0) {
			q->min_severity = i;
			break;
		}
	}
	if (r->since && !timearg_parse(r->since, &q->since_ns)) {
		fprintf(stderr, "dnshound: --since: '%s' is not a time (2026-01-02T03:04:05)\n",
		    r->since);
		return false;
	}
	return true;
}

static int tell_error(const struct request *r, int error)
{
	fprintf(stderr, "dnshound: %s: %s\n", r->store, strerror(-error));
	return EXIT_ERROR;
}

static int run_list(struct request *r)
{
	struct counts c = {.json = r->json};
	struct store_query q;
	if (!fill_query(r, &q))
		return EXIT_ERROR;
	int error = store_alerts(r->open, &q, list_one, &c);
	if (error)
		return tell_error(r, error);
	if (!r->json && c.n == 0)
		printf("No %s\n", r->all ? "alerts" : "open alerts (--all shows closed ones)");
	else if (!r->json)
		printf("\n%u alert%s (-: closed, m: muted). More: dnshound alerts show ALERT\n",
		    c.n, c.n == 1 ? "" : "s");
	return c.open ? EXIT_FINDINGS : EXIT_CLEAN;
}

/* One alert that was asked for. */
struct found {
	char *id, *finding;
	unsigned n;
	const struct request *request;
};

static void find_one(void *arg, const struct journal_alert *a)
{
	struct found *f = arg;
	if (f->n++)
		return;
	f->id = strdup(a->id);
	f->finding = strdup(a->finding);
}

static void found_done(struct found *f)
{
	free(f->id);
	free(f->finding);
}

static bool find_alert(struct request *r, const char *word, struct found *ret)
{
	struct store_query q = {.id = word};
	*ret = (struct found){.request = r};
	int error = store_alerts(r->open, &q, find_one, ret);
	if (error) {
		tell_error(r, error);
		return false;
	}
	if (ret->n && ret->id && ret->finding)
		return true;
	fprintf(stderr, "dnshound: there is no alert '%s'; see dnshound alerts list --all\n", word);
	return false;
}

static void print_list(const struct record *list, const char *head, const char *member)
{
	for (unsigned i = 0; i < record_count(list) && i < 6; i++) {
		const struct record *e = record_at(list, i);
		char text[1100];
		fit(member ? record_get(e, member) : record_self(e), text, sizeof(text), 86);
		printf("  %-9s %s\n", i ? "" : head, text);
	}
}

static void show_alert(void *arg, const struct journal_alert *a)
{
	char zone[1100], up[24], down[24], opened[STAMP_MAX], seen[STAMP_MAX];
	struct record *last = a->document ? record_parse(a->document) : NULL;
	const struct record *f = record_find(last, "finding");
	(void)arg;

	fit(a->zone, zone, sizeof(zone), 60);
	table_bytes(a->bytes_up, up, sizeof(up));
	table_bytes(a->bytes_down, down, sizeof(down));
	print_time(a->opened_ns, opened);
	print_time(a->last_seen_ns, seen);
	printf("Alert %s: %s, %s (score %u), %s%s\n", a->id, a->verdict, a->severity, a->score,
	    a->closed_ns ? "closed" : "open", a->muted ? ", muted" : "");
	printf("  %-9s %s\n", "client", *a->client ? a->client : "(several)");
	printf("  %-9s %s\n", "zone", zone);
	if (a->tool)
		printf("  %-9s %s\n", "tool", a->tool);
	printf("  %-9s %s out, %s in, %llu queries\n", "leak", up, down,
	    (unsigned long long)a->queries);
	printf("  %-9s opened %s, last seen %s\n", "time", opened, seen);
	print_list(record_find(f, "reasons"), "because", "text");
	print_list(record_find(f, "samples"), "e.g.", NULL);
	if (last)
		printf("  %-9s %s\n", "next", record_get(last, "next_step"));
	if (last)
		record_free(last);
}

static void show_json(void *arg, const struct journal_alert *a)
{
	(void)arg;
	alert_json(a);
}

static void show_minute(void *arg, const struct journal_minute *m)
{
	const struct request *r = arg;
	char when[STAMP_MAX], up[24], down[24];
	if (r->json) {
		struct record *o = record_new("alert_minute");
		record_text(o, "alert_id", m->alert);
		record_time(o, "minute", m->minute * INT64_C(60000000000));
		record_int(o, "bytes_up", m->bytes_up);
		record_int(o, "bytes_down", m->bytes_down);
		record_int(o, "queries", m->queries);
		record_print(o);
		return;
	}
	print_time(m->minute * INT64_C(60000000000), when);
	when[16] = 0;
	table_bytes(m->bytes_up, up, sizeof(up));
	table_bytes(m->bytes_down, down, sizeof(down));
	printf("  %s  %10s out %10s in %8llu queries\n", when, up, down,
	    (unsigned long long)m->queries);
}

static void show_event(void *arg, const struct journal_event *e)
{
	const struct request *r = arg;
	char when[STAMP_MAX];
	struct record *o = record_parse(e->document);
	if (!o)
		return;
	if (r->json) {
		record_print(o);
		return;
	}
	print_time(e->time_ns, when);
	printf("  %s  %-8s %s\n", when, record_get(o, "event"), record_get(o, "severity"));
	record_free(o);
}

static int run_show(struct request *r)
{
	struct found found;
	if (r->n_words != 1) {
		fprintf(stderr, "dnshound: alerts show takes the id of one alert\n");
		return EXIT_ERROR;
	}
	bool good = find_alert(r, r->words[0], &found);
	struct store_query q = {.id = good ? found.id : NULL};
	int error = 0;
	if (good) {
		error = store_alerts(r->open, &q, r->json ? show_json : show_alert, r);
		if (!r->json)
			printf("\nTold:\n");
		error = error ? error : store_events(r->open, found.id, show_event, r);
		if (!r->json)
			printf("\nBy minute:\n");
		error = error ? error : store_minutes(r->open, found.id, show_minute, r);
	}
	found_done(&found);
	return !good ? EXIT_ERROR : error ? tell_error(r, error) : EXIT_CLEAN;
}

static int run_mute(struct request *r)
{
	struct found found = {.n = 0};
	struct journal_mute m = {.finding = "",
	    .client = r->client ? r->client : "",
	    .zone = r->zone ? r->zone : "",
	    .reason = r->reason ? r->reason : "",
	    .created_ns = now_ns()};
	uint64_t number;

	if (!*m.reason) {
		fprintf(
		    stderr, "dnshound: a mute needs --reason: why nobody wants to hear of it\n");
		return EXIT_ERROR;
	}
	if (r->n_words > 1 || (r->n_words == 0 && !*m.client && !*m.zone)) {
		fprintf(
		    stderr, "dnshound: what is to be muted? An alert's id, --client or --zone\n");
		return EXIT_ERROR;
	}
	if (r->until && !timearg_parse(r->until, &m.until_ns)) {
		fprintf(stderr, "dnshound: --until: '%s' is not a time (2026-01-02T03:04:05)\n",
		    r->until);
		return EXIT_ERROR;
	}
	if (r->until && m.until_ns <= m.created_ns) {
		fprintf(stderr, "dnshound: --until: %s is over\n", r->until);
		return EXIT_ERROR;
	}
	if (r->n_words && !find_alert(r, r->words[0], &found)) {
		found_done(&found);
		return EXIT_ERROR;
	}
	if (found.finding)
		m.finding = found.finding;
	int error = store_mute(r->open, &m, &number);
	if (!error && r->json) {
		struct record *o = record_new("mute");
		record_int(o, "number", number);
		record_print(o);
	} else if (!error) {
		printf("Muted; take it back with: dnshound alerts unmute %llu\n",
		    (unsigned long long)number);
	}
	found_done(&found);
	return error ? tell_error(r, error) : EXIT_CLEAN;
}

static void mutes_one(void *arg, const struct journal_mute *m)
{
	struct counts *c = arg;
	char until[STAMP_MAX] = "for good", reason[400];
	if (m->until_ns)
		print_time(m->until_ns, until);
	if (c->json) {
		struct record *o = record_new("mute");
		record_int(o, "number", m->number);
		record_text(o, "finding_id", *m->finding ? m->finding : NULL);
		record_text(o, "client", *m->client ? m->client : NULL);
		record_text(o, "zone", *m->zone ? m->zone : NULL);
		record_text(o, "reason", m->reason);
		record_time(o, "created_at", m->created_ns);
		record_time(o, "until", m->until_ns);
		record_print(o);
		return;
	}
	if (c->n++ == 0)
		printf("%6s  %-16s  %-15s  %-16s  %-10s  %s\n", "number", "finding", "client",
		    "zone", "until", "reason");
	fit(m->reason, reason, sizeof(reason), 26);
	printf("%6llu  %-16.16s  %-15.15s  %-16.16s  %-10.10s  %s\n", (unsigned long long)m->number,
	    m->finding, m->client, m->zone, until, reason);
}

static int run_mutes(struct request *r)
{
	struct counts c = {.json = r->json};
	int error = store_mutes(r->open, now_ns(), mutes_one, &c);
	if (!error && !r->json && c.n == 0)
		printf("Nothing is muted\n");
	return error ? tell_error(r, error) : EXIT_CLEAN;
}

static int run_unmute(struct request *r)
{
	char *end = NULL;
	unsigned long long number = r->n_words == 1 ? strtoull(r->words[0], &end, 10) : 0;
	if (!end || *end || number == 0) {
		fprintf(stderr, "dnshound: alerts unmute takes the number of a mute; see dnshound "
		                "alerts mutes\n");
		return EXIT_ERROR;
	}
	int error = store_unmute(r->open, number);
	if (error == -ENOENT) {
		fprintf(stderr, "dnshound: there is no mute %llu\n", number);
		return EXIT_ERROR;
	}
	if (!error && !r->json)
		printf("Mute %llu is taken back\n", number);
	return error ? tell_error(r, error) : EXIT_CLEAN;
}

static const struct {
	const char *name;
	int (*run)(struct request *r);
	enum store_mode mode;
} verbs[] = {
    {"list", run_list, STORE_READ},
    {"show", run_show, STORE_READ},
    {"mute", run_mute, STORE_WRITE},
    {"mutes", run_mutes, STORE_READ},
    {"unmute", run_unmute, STORE_WRITE},
};
enum { VERBS = sizeof(verbs) / sizeof(verbs[0]) };

static const struct option options[] = {
    {"store", required_argument, NULL, 's'},
    {"client", required_argument, NULL, 'c'},
    {"zone", required_argument, NULL, 'z'},
    {"reason", required_argument, NULL, 'r'},
    {"until", required_argument, NULL, 'u'},
    {"severity", required_argument, NULL, 'y'},
    {"since", required_argument, NULL, 'i'},
    {"json", no_argument, NULL, 'j'},
    {"all", no_argument, NULL, 'a'},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static int run_verb(struct request *r, unsigned verb)
{
	char why[200];
	int error = store_open(&r->open, r->store, verbs[verb].mode, NULL, why, sizeof(why));
	if (error) {
		fprintf(stderr, "dnshound: %s: %s\n", r->store, why);
		return EXIT_ERROR;
	}
	int status = verbs[verb].run(r);
	store_close(r->open);
	return status;
}

int cmd_alerts(int argc, char **argv)
{
	const char *store = getenv("DNSHOUND_STORE");
	struct request r = {.store = store && *store ? store : STORE_PATH};
	int c;

	while ((c = getopt_long(argc, argv, "h", options, NULL)) != -1) {
		switch (c) {
		case 's':
			r.store = optarg;
			break;
		case 'c':
			r.client = optarg;
			break;
		case 'z':
			r.zone = optarg;
			break;
		case 'r':
			r.reason = optarg;
			break;
		case 'u':
			r.until = optarg;
			break;
		case 'y':
			r.severity = optarg;
			break;
		case 'i':
			r.since = optarg;
			break;
		case 'j':
			r.json = true;
			break;
		case 'a':
			r.all = true;
			break;
		case 'h':
			usage();
			return EXIT_CLEAN;
		default:
			fprintf(stderr, "dnshound: dnshound alerts --help lists the options\n");
			return EXIT_ERROR;
		}
	}
	const char *word = optind < argc ? argv[optind++] : "list";
	const char *rest[16] = {NULL};
	for (; optind < argc && r.n_words < 16; optind++)
		rest[r.n_words++] = argv[optind];
	r.words = rest;
	for (unsigned i = 0; i < VERBS; i++)
		if (strcmp(verbs[i].name, word) == 0)
			return run_verb(&r, i);
	fprintf(
	    stderr, "dnshound: 'alerts %s': there are list, show, mute, mutes and unmute\n", word);
	return EXIT_ERROR;
}
