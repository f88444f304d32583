/* SPDX-License-Identifier: ISC */
#include "app/cmd/profiles.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "app/cmd/cmd.h"
#include "app/cmd/filter.h"
#include "app/cmd/ndjson.h"
#include "app/cmd/profile_print.h"
#include "app/cmd/table.h"

static const char *const names[PROFILE_KINDS] = {
    [PROFILE_POINTS] = "points",
    [PROFILE_HUNT] = "hunt",
    [PROFILE_LISTENER] = "listener",
};

const char *profiles_name(enum profile_kind kind)
{
	return names[kind];
}

unsigned profiles_named(const char *option, const char *list)
{
	unsigned wanted = 0;
	for (const char *s = list;; s++) {
		size_t len = strcspn(s, ",");
		unsigned kind = 0;
		while (kind < PROFILE_KINDS &&
		       (strlen(names[kind]) != len || memcmp(names[kind], s, len) != 0))
			kind++;
		if (kind == PROFILE_KINDS) {
			fprintf(stderr,
			    "dnshound: --%s: '%.*s' is none of points, hunt and listener\n", option,
			    (int)len, s);
			return 0;
		}
		wanted |= 1u << kind;
		s += len;
		if (!*s)
			return wanted;
	}
}

/* The rule sets see what the engine counts: within the times, clients and zones asked for. */
static bool is_wanted(const struct session *s, const struct batch *b, const struct event *e)
{
	const struct options *o = s->options;
	const uint8_t *name = event_name(b, e);
	bool client = o->clients.n == 0, zone = o->zones.n == 0;

	if (e->time_ns < s->config.since_ns || e->time_ns > s->config.until_ns)
		return false;
	for (unsigned i = 0; i < o->clients.n && !client; i++)
		client = filter_address(o->clients.at[i], event_ends(b, e)->client);
	for (unsigned i = 0; i < o->zones.n && !zone; i++)
		zone = e->name_len && filter_zone(o->zones.at[i], name, e->name_len);
	return client && zone;
}

static void feed(void *ctx, const struct batch *b, const struct event *e)
{
	struct profiles *p = ctx;
	if (!is_wanted(p->session, b, e))
		return;
	for (unsigned i = 0; i < PROFILE_KINDS; i++)
		if (p->of[i])
			profile_feed(p->of[i], b, e);
}

bool profiles_open(struct profiles *p, struct session *s, unsigned wanted, size_t budget,
    const struct profile_sink *sink)
{
	*p = (struct profiles){.session = s};
	budget /= (unsigned)__builtin_popcount(wanted);
	for (unsigned i = 0; i < PROFILE_KINDS; i++) {
		if (!(wanted & 1u << i))
			continue;
		p->bytes[i] = profile_size(i, budget);
		p->memory[i] = mmap(NULL, p->bytes[i], PROT_READ | PROT_WRITE,
		    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		if (p->memory[i] == MAP_FAILED) {
			p->memory[i] = NULL;
			fprintf(stderr, "dnshound: out of memory\n");
			return false;
		}
		p->of[i] = profile_init(p->memory[i], i, budget, &s->config.key, sink);
	}
	s->each = feed;
	s->each_ctx = p;
	return true;
}

void profiles_finish(struct profiles *p)
{
	for (unsigned i = 0; i < PROFILE_KINDS; i++)
		if (p->of[i])
			profile_finish(p->of[i]);
}

void profiles_close(struct profiles *p)
{
	for (unsigned i = 0; i < PROFILE_KINDS; i++)
		if (p->memory[i])
			munmap(p->memory[i], p->bytes[i]);
	*p = (struct profiles){0};
}

static void print_summary(const struct session *s, const struct profiles *p, enum profile_kind kind)
{
	struct profile_stats stats = profile_stats(p->of[kind]);
	if (s->options->json) {
		struct record *o = ndjson_summary_new(s);
		profile_print_stats(record_object(o, "profile"), names[kind], &stats);
		record_print(o);
		return;
	}
	printf("\n%llu rows of the profile '%s' from %llu queries%s\n",
	    (unsigned long long)stats.flagged, names[kind], (unsigned long long)stats.queries,
	    stats.is_exact ? "" : "; its distinct sets did not fit: counts are estimates");
	table_coverage(s);
	printf(
	    "Next: why dnshound says otherwise: dnshound scan --compare %s INPUT\n", names[kind]);
}

int profiles_scan(const struct options *wanted)
{
	struct options o = *wanted;
	struct session s;
	struct profiles p = {0};
	struct profile_printer printer = {.json = o.json, .top = o.top};
	struct profile_sink sink = {.row = profile_print_row, .ctx = &printer};
	int status = EXIT_ERROR;
	unsigned kinds = profiles_named("profile", o.profile);

	if (o.compare) {
		fprintf(stderr, "dnshound: --profile or --compare, not both\n");
		return EXIT_ERROR;
	}
	if (kinds && (kinds & (kinds - 1))) {
		fprintf(stderr, "dnshound: --profile: one at a time; --compare takes several\n");
		kinds = 0;
	}
	if (!kinds)
		return EXIT_ERROR;
	enum profile_kind kind = (enum profile_kind)__builtin_ctz(kinds);
	o.memory /= 2;
	if (session_open(&s, &o, false) && profiles_open(&p, &s, kinds, o.memory, &sink)) {
		if (!o.json)
			profile_print_head(kind);
		if (session_run(&s)) {
			profiles_finish(&p);
			print_summary(&s, &p, kind);
			status = (profile_stats(p.of[kind]).flagged ? EXIT_FINDINGS : EXIT_CLEAN) |
			         (s.errors ? EXIT_ERROR : 0);
		}
	}
	profiles_close(&p);
	session_close(&s);
	return status;
}
