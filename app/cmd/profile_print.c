/* SPDX-License-Identifier: ISC */
#include "app/cmd/profile_print.h"

#include <stdio.h>
#include <string.h>

#include "app/alert/stamp.h"
#include "app/cmd/table.h"
#include "lib/base/address.h"
#include "lib/base/out.h"
#include "lib/decode/name.h"

static const char *const severities[] = {"MEDIUM", "HIGH", "CRITICAL"};

static const struct {
	const char *name, *says;
} indicators[POINTS_INDICATORS] = {
    [POINTS_LENGTH] = {"mean_length", "mean length > 30"},
    [POINTS_ENTROPY] = {"mean_entropy", "mean entropy > 3.8"},
    [POINTS_UNIQUE] = {"unique_ratio", "unique ratio > 0.7"},
    [POINTS_TXT] = {"txt_ratio", "TXT ratio > 0.3"},
    [POINTS_DISTINCT] = {"distinct_subdomains", "distinct subdomains > 30"},
    [POINTS_ENCODED] = {"encoded", "encoded subdomains > 20"},
};

static const struct {
	unsigned bit;
	const char *name;
} types[] = {{HUNT_TXT, "TXT"}, {HUNT_NULL, "NULL"}, {HUNT_CNAME, "CNAME"}, {HUNT_MX, "MX"},
    {HUNT_A, "A"}, {HUNT_AAAA, "AAAA"}},
  flags[] = {{LISTENER_LONG, "long-label"}, {LISTENER_CAPITAL, "capitals"},
      {LISTENER_ASCII, "non-ascii"}, {LISTENER_ENTROPY, "entropy"}};
enum { TYPES = sizeof(types) / sizeof(types[0]), FLAGS = sizeof(flags) / sizeof(flags[0]) };

const char *profile_print_severity(enum points_severity severity)
{
	return severities[severity];
}

void profile_print_text(struct view text, char *buf, size_t size)
{
	struct out o = out_to(buf, size);
	for (size_t i = 0; i < text.len && o.len + 5 < size; i++) {
		char c[8] = {(char)text.p[i], 0};
		if (text.p[i] <= ' ' || text.p[i] > '~')
			snprintf(c, sizeof(c), "\\%03u", text.p[i]);
		out_str(&o, c);
	}
}

static void milli_text(uint64_t milli, char *buf, size_t size)
{
	struct out o = out_to(buf, size);
	out_decimal(&o, milli / 10, 2);
}

void profile_print_head(enum profile_kind kind)
{
	static const char *const heads[] = {
	    [PROFILE_POINTS] = "Domain                        Score Severity  Queries Distinct "
	                       "Length Entropy Unique   TXT Sources",
	    [PROFILE_HUNT] =
	        "LastSeen             ClientIP         TopDomain            QueryCount "
	        "UniqueSubdomains AvgDomainLength MaxDomainLength TunnelConfidence "
	        "QueryTypes",
	    [PROFILE_LISTENER] = "Time                     Client           Flags",
	};
	puts(heads[kind]);
}

static void points_table(const struct points_row *r)
{
	char domain[NAME_TEXT_MAX], values[POINTS_INDICATORS][24];
	profile_print_text(r->domain, domain, sizeof(domain));
	table_fit(domain, 29);
	for (int i = 0; i < POINTS_INDICATORS; i++)
		milli_text(r->value_milli[i], values[i], sizeof(values[i]));
	printf("%-29s %5u %-8s %8llu %8llu %6s %7s %6s %5s %7llu\n", domain, r->score,
	    severities[r->severity], (unsigned long long)r->queries,
	    (unsigned long long)r->distinct_subdomains, values[POINTS_LENGTH],
	    values[POINTS_ENTROPY], values[POINTS_UNIQUE], values[POINTS_TXT],
	    (unsigned long long)r->sources);
	printf("    %.1f s;", (double)(r->last_ns - r->first_ns) / 1e9);
	for (int i = 0, n = 0; i < POINTS_INDICATORS; i++)
		if (r->fired & 1u << i)
			printf("%s %s (%s)", n++ ? "," : "", indicators[i].says, values[i]);
	putchar('\n');
}

static void points_json(struct record *o, const struct points_row *r)
{
	char domain[NAME_TEXT_MAX];
	profile_print_text(r->domain, domain, sizeof(domain));
	record_text(o, "domain", domain);
	record_int(o, "score", r->score);
	record_text(o, "severity", severities[r->severity]);
	record_int(o, "queries", r->queries);
	record_int(o, "distinct_subdomains", r->distinct_subdomains);
	record_milli(o, "mean_length", r->value_milli[POINTS_LENGTH]);
	record_milli(o, "mean_entropy", r->value_milli[POINTS_ENTROPY]);
	record_milli(o, "unique_ratio", r->value_milli[POINTS_UNIQUE]);
	record_milli(o, "txt_ratio", r->value_milli[POINTS_TXT]);
	record_int(o, "sources", r->sources);
	record_time(o, "first_seen", r->first_ns);
	record_time(o, "last_seen", r->last_ns);
	record_hundredths(o, "duration_s", (uint64_t)(r->last_ns - r->first_ns) / 10000000);
	struct record *list = record_list(o, "indicators");
	for (int i = 0; i < POINTS_INDICATORS; i++) {
		if (!(r->fired & 1u << i))
			continue;
		struct record *fired = record_object(list, NULL);
		record_text(fired, "name", indicators[i].name);
		record_milli(fired, "value", r->value_milli[i]);
	}
}

static void hunt_table(const struct hunt_row *r)
{
	char client[46], domain[NAME_TEXT_MAX], when[48], mean[24];
	address_print(r->client, client);
	profile_print_text(r->top_domain, domain, sizeof(domain));
	table_fit(domain, 20);
	stamp_print(r->last_ns, when, sizeof(when));
	milli_text(r->length_sum * 1000 / r->query_count, mean, sizeof(mean));
	printf("%.19sZ %-16s %-20s %10llu %16llu %15s %15u %-16s", when, client, domain,
	    (unsigned long long)r->query_count, (unsigned long long)r->unique_subdomains, mean,
	    r->max_length, r->is_high ? "high" : "medium");
	for (unsigned i = 0, n = 0; i < TYPES; i++)
		if (r->types & types[i].bit)
			printf("%s%s", n++ ? "," : " ", types[i].name);
	putchar('\n');
}

static void hunt_json(struct record *o, const struct hunt_row *r)
{
	char client[46], domain[NAME_TEXT_MAX];
	address_print(r->client, client);
	profile_print_text(r->top_domain, domain, sizeof(domain));
	record_time(o, "LastSeen", r->last_ns);
	record_text(o, "ClientIP", client);
	record_text(o, "TopDomain", domain);
	record_int(o, "QueryCount", r->query_count);
	record_int(o, "UniqueSubdomains", r->unique_subdomains);
	record_milli(o, "AvgDomainLength", r->length_sum * 1000 / r->query_count);
	record_int(o, "MaxDomainLength", r->max_length);
	struct record *list = record_list(o, "QueryTypes");
	for (unsigned i = 0; i < TYPES; i++)
		if (r->types & types[i].bit)
			record_text(list, NULL, types[i].name);
	record_text(o, "TunnelConfidence", r->is_high ? "high" : "medium");
}

static void listener_table(const struct listener_row *r)
{
	char client[46], name[NAME_TEXT_MAX], when[48];
	address_print(r->ends->client, client);
	name_print(r->qname.p, name);
	stamp_print(r->time_ns, when, sizeof(when));
	printf("%-24s %-16s", when, client);
	for (unsigned i = 0, n = 0; i < FLAGS; i++)
		if (r->flags & flags[i].bit)
			printf("%s%s", n++ ? "," : " ", flags[i].name);
	printf(" %s\n", name);
}

static void listener_json(struct record *o, const struct listener_row *r)
{
	char client[46], name[NAME_TEXT_MAX];
	address_print(r->ends->client, client);
	name_print(r->qname.p, name);
	record_time(o, "time", r->time_ns);
	record_text(o, "client", client);
	record_text(o, "name", name);
	struct record *list = record_list(o, "flags");
	for (unsigned i = 0; i < FLAGS; i++)
		if (r->flags & flags[i].bit)
			record_text(list, NULL, flags[i].name);
	record_int(o, "long_labels", r->long_labels);
	record_int(o, "capitals", r->capitals);
	record_int(o, "non_ascii", r->non_ascii);
	record_milli(o, "entropy", r->entropy_milli);
}

void profile_print_row(void *ctx, const struct profile_row *row)
{
	static const char *const names[] = {"points", "hunt", "listener"};
	struct profile_printer *p = ctx;
	if (p->top && p->printed >= p->top)
		return;
	p->printed++;
	if (p->json) {
		struct record *o = record_new("profile_row");
		record_text(o, "profile", names[row->kind]);
		if (row->kind == PROFILE_POINTS)
			points_json(o, &row->points);
		else if (row->kind == PROFILE_HUNT)
			hunt_json(o, &row->hunt);
		else
			listener_json(o, &row->listener);
		record_print(o);
	} else if (row->kind == PROFILE_POINTS) {
		points_table(&row->points);
	} else if (row->kind == PROFILE_HUNT) {
		hunt_table(&row->hunt);
	} else {
		listener_table(&row->listener);
	}
}

void profile_print_stats(struct record *to, const char *name, const struct profile_stats *stats)
{
	record_text(to, "name", name);
	record_int(to, "queries", stats->queries);
	record_int(to, "flagged", stats->flagged);
	record_int(to, "uncounted", stats->uncounted);
	record_bool(to, "exact", stats->is_exact);
}
