/* SPDX-License-Identifier: ISC
 *
 * Runs one profile over a table of queries (time_ns, client, qname, qtype; the last three fields
 * as eval/reference/profiles.py writes them) and prints its rows in that script's columns. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/judge/profile.h"

static void print_hex(struct view v)
{
	for (size_t i = 0; i < v.len; i++)
		printf("%02x", v.p[i]);
}

static void print_milli(uint64_t milli)
{
	printf("\t%" PRIu64 ".%03" PRIu64, milli / 1000, milli % 1000);
}

static void print_points(const struct points_row *r)
{
	static const char *const severities[] = {"MEDIUM", "HIGH", "CRITICAL"};
	print_hex(r->domain);
	printf("\t%" PRIu32 "\t%s\t%" PRIu32 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64 "\t%" PRIu64
	       "\t%" PRId64 "\t%" PRId64,
	    r->score, severities[r->severity], r->fired, r->queries, r->distinct_subdomains,
	    r->txt_null_queries, r->sources, r->first_ns, r->last_ns);
	for (int i = 0; i < POINTS_INDICATORS; i++)
		print_milli(r->value_milli[i]);
}

static void print_hunt(const struct hunt_row *r)
{
	print_hex(view_of(r->client, 16));
	putchar('\t');
	print_hex(r->top_domain);
	printf("\t%" PRIu64 "\t%" PRIu64, r->query_count, r->unique_subdomains);
	print_milli(r->length_sum * 1000 / r->query_count);
	printf("\t%" PRIu32 "\t%" PRIu32 "\t%" PRId64 "\t%" PRId64 "\t%s", r->max_length, r->types,
	    r->first_ns, r->last_ns, r->is_high ? "high" : "medium");
}

static void print_listener(const struct listener_row *r)
{
	printf("%" PRId64 "\t", r->time_ns);
	print_hex(view_of(r->ends->client, 16));
	putchar('\t');
	for (size_t at = 0; r->qname.p[at]; at += r->qname.p[at] + 1u) {
		printf("%s", at ? "2e" : "");
		print_hex(view_of(r->qname.p + at + 1, r->qname.p[at]));
	}
	printf("\t%" PRIu32 "\t%" PRIu32 "\t%" PRIu32 "\t%" PRIu32, r->flags, r->long_labels,
	    r->capitals, r->non_ascii);
	print_milli(r->entropy_milli);
}

static void print_row(void *ctx, const struct profile_row *row)
{
	if (row->kind == PROFILE_POINTS)
		print_points(&row->points);
	else if (row->kind == PROFILE_HUNT)
		print_hunt(&row->hunt);
	else
		print_listener(&row->listener);
	putchar('\n');
}

static size_t from_hex(const char *hex, uint8_t *out, size_t max)
{
	size_t n = 0;
	unsigned byte;
	while (n < max && sscanf(hex + 2 * n, "%2x", &byte) == 1)
		out[n++] = (uint8_t)byte;
	return n;
}

static void feed_line(struct profile *p, struct batch *b, const char *line)
{
	long long time;
	unsigned qtype;
	char client[33], qname[512];
	uint8_t wire[255];
	struct endpoints *ends = NULL;
	if (sscanf(line, "%lld %32s %511s %u", &time, client, qname, &qtype) != 4)
		return;
	batch_reset(b);
	struct event *e = batch_open(b, &ends);
	from_hex(client, ends->client, sizeof(ends->client));
	e->time_ns = time;
	e->qtype = (uint16_t)qtype;
	e->flags = EV_QUERY | EV_CASE_KNOWN;
	if (batch_name(b, e, wire, from_hex(qname, wire, sizeof(wire)))) {
		batch_commit(b, e);
		profile_feed(p, b, &b->events[0]);
	}
}

int main(int argc, char **argv)
{
	static const char *const kinds[] = {"points", "hunt", "listener"};
	static const struct hash_key key = {0x646e73, 0x686f756e64};
	const struct profile_sink sink = {.row = print_row};
	int kind = PROFILE_KINDS;
	while (argc == 4 && kind-- > 0 && strcmp(argv[1], kinds[kind]) != 0)
		;
	FILE *f = argc == 4 ? fopen(argv[3], "r") : NULL;
	if (kind < 0 || !f) {
		fprintf(stderr, "usage: %s points|hunt|listener BUDGET_BYTES TABLE\n", argv[0]);
		return 2;
	}
	size_t budget = strtoull(argv[2], NULL, 0);
	void *mem =
	    aligned_alloc(64, (profile_size((enum profile_kind)kind, budget) + 63) & ~63ull);
	void *room = aligned_alloc(64, (batch_size() + 63) & ~(size_t)63);
	if (!mem || !room)
		return 2;
	memset(mem, 0, profile_size((enum profile_kind)kind, budget));
	struct batch *b = batch_init(room);
	struct profile *p = profile_init(mem, (enum profile_kind)kind, budget, &key, &sink);
	char line[1024];
	while (fgets(line, sizeof(line), f))
		feed_line(p, b, line);
	fclose(f);
	profile_finish(p);
	struct profile_stats stats = profile_stats(p);
	fprintf(stderr, "queries=%" PRIu64 " exact=%d uncounted=%" PRIu64 "\n", stats.queries,
	    stats.is_exact, stats.uncounted);
	free(mem);
	free(room);
	return 0;
}
