/* SPDX-License-Identifier: ISC */
#include "app/cmd/compare.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cmd/cmd.h"
#include "app/cmd/differ.h"
#include "app/cmd/ndjson.h"
#include "app/cmd/profile_print.h"
#include "app/cmd/profiles.h"
#include "app/cmd/rows.h"
#include "app/cmd/table.h"
#include "lib/decode/name.h"

/* Domains kept at once; of more, only a count. */
enum { DOMAINS_LOG2 = 16, DOMAINS_MAX = 3 << (DOMAINS_LOG2 - 2) };

struct domain {
	char *name;                      /* two labels, lower case, printable; NULL: free */
	uint32_t points, hunt, listener; /* score; clients; names */
	uint8_t severity;                /* of points */
	bool is_high;                    /* hunt's confidence, of its surest client */
	bool has_pair;
	uint8_t score; /* dnshound's, of the worst pair */
	uint64_t leak;
	struct engine_walk walk; /* just before that pair */
};

struct comparison {
	const struct options *options;
	unsigned wanted; /* bits 1 << enum profile_kind */
	struct domain *domains;
	uint64_t n, dropped;
	uint64_t said[PROFILE_KINDS], both[PROFILE_KINDS], ordinary[PROFILE_KINDS],
	    missed[PROFILE_KINDS];
	uint64_t found;
};

static struct domain *domain_of(struct comparison *c, const char *name)
{
	static const struct hash_key key = {0x636f6d70, 0x617265};
	uint64_t hash = hash_bytes(&key, name, strlen(name));
	size_t mask = ((size_t)1 << DOMAINS_LOG2) - 1, i = hash & mask;

	for (; c->domains[i].name; i = (i + 1) & mask)
		if (strcmp(c->domains[i].name, name) == 0)
			return &c->domains[i];
	char *copy = c->n < DOMAINS_MAX ? strdup(name) : NULL;
	if (!copy) {
		c->dropped++;
		return NULL;
	}
	c->n++;
	c->domains[i].name = copy;
	return &c->domains[i];
}

static void lower(char *text)
{
	for (; *text; text++)
		*text = (char)tolower((unsigned char)*text);
}

/* The last two labels of a wire name. */
static void base_text(const uint8_t *wire, char buf[NAME_TEXT_MAX])
{
	const uint8_t *last[2] = {wire, wire};
	for (const uint8_t *p = wire; *p; p += *p + 1) {
		last[0] = last[1];
		last[1] = p;
	}
	name_print(last[0], buf);
	lower(buf);
}

static void finding_base(const struct finding *f, char buf[NAME_TEXT_MAX])
{
	for (unsigned i = 0; f->evidence && i < EVIDENCE_SAMPLES; i++)
		if (f->evidence->samples[i].len) {
			base_text(f->evidence->samples[i].name, buf);
			return;
		}
	if (f->zone_len)
		base_text(f->zone, buf);
	else
		strcpy(buf, "-");
}

/* Rows of `hunt` name the second-last label alone: they wait until all domains are known. */
struct pending {
	struct pending *next;
	char label[NAME_TEXT_MAX];
	bool is_high;
};

struct sink_state {
	struct comparison *c;
	struct pending *pending;
};

static void take_hunt(struct sink_state *s, const struct hunt_row *r)
{
	struct pending *p = calloc(1, sizeof(*p));
	if (!p) {
		s->c->dropped++;
		return;
	}
	profile_print_text(r->top_domain, p->label, sizeof(p->label));
	lower(p->label);
	p->is_high = r->is_high;
	p->next = s->pending;
	s->pending = p;
}

static void take_row(void *ctx, const struct profile_row *row)
{
	struct sink_state *s = ctx;
	char name[NAME_TEXT_MAX];
	struct domain *d;

	if (row->kind == PROFILE_HUNT) {
		take_hunt(s, &row->hunt);
		return;
	}
	if (row->kind == PROFILE_LISTENER) {
		base_text(row->listener.qname.p, name);
		d = domain_of(s->c, name);
		if (d)
			d->listener++;
		return;
	}
	profile_print_text(row->points.domain, name, sizeof(name));
	lower(name);
	d = domain_of(s->c, name);
	if (d) {
		d->points = row->points.score;
		d->severity = (uint8_t)row->points.severity;
	}
}

static void take_pairs(struct comparison *c, const struct session *s)
{
	struct engine_walk walk = {0}, before = walk;
	struct finding f;
	char name[NAME_TEXT_MAX];

	for (; engine_next(s->engine, &walk, &f); before = walk) {
		if (!session_wants(s, &f) || f.now.subject > SUBJECT_ZONE)
			continue;
		finding_base(&f, name);
		struct domain *d = domain_of(c, name);
		uint64_t leak = f.now.bytes_up + f.now.bytes_down;
		if (!d || (d->has_pair && (f.verdict.score < d->score ||
		                              (f.verdict.score == d->score && leak <= d->leak))))
			continue;
		d->has_pair = true;
		d->score = f.verdict.score;
		d->leak = leak;
		d->walk = before;
	}
}

static bool has_label(const struct domain *d, const char *label)
{
	size_t len = strlen(label);
	return d->name && strncmp(d->name, label, len) == 0 &&
	       (d->name[len] == '.' || d->name[len] == 0);
}

/* Of the domains with that second-last label, the one that leaked most. */
static void take_pending(struct comparison *c, struct sink_state *s)
{
	while (s->pending) {
		struct pending *p = s->pending;
		struct domain *best = NULL;
		for (size_t i = 0; i < (size_t)1 << DOMAINS_LOG2; i++) {
			struct domain *d = &c->domains[i];
			if (has_label(d, p->label) && (!best || d->leak > best->leak))
				best = d;
		}
		if (!best)
			best = domain_of(c, p->label);
		if (best) {
			best->hunt++;
			best->is_high |= p->is_high;
		}
		s->pending = p->next;
		free(p);
	}
}

static bool has_said(const struct domain *d, enum profile_kind kind)
{
	const uint32_t said[PROFILE_KINDS] = {d->points, d->hunt, d->listener};
	return said[kind] > 0;
}

static bool is_found(const struct comparison *c, const struct domain *d)
{
	return d->has_pair && d->score >= c->options->threshold;
}

static bool is_told(const struct comparison *c, const struct domain *d)
{
	return d->name && (is_found(c, d) || d->points || d->hunt || d->listener);
}

static void count(struct comparison *c, const struct domain *d)
{
	bool found = is_found(c, d);
	c->found += found;
	for (unsigned k = 0; k < PROFILE_KINDS; k++) {
		bool said = has_said(d, k);
		c->said[k] += said;
		c->both[k] += said && found;
		c->ordinary[k] += said && !found;
		c->missed[k] += !said && found;
	}
}

/* Why they differ; empty where they agree. */
static void why(const struct comparison *c, const struct session *s, const struct domain *d,
    const struct finding *f, char *buf, size_t size)
{
	size_t len = 0;
	*buf = 0;
	if (!is_found(c, d)) {
		differ_ordinary(s, f, buf, size);
		return;
	}
	for (unsigned k = 0; k < PROFILE_KINDS && len < size; k++) {
		char text[DIFFER_TEXT_MAX];
		if (!(c->wanted & 1u << k) || has_said(d, k))
			continue;
		differ_missed(k, f, text, sizeof(text));
		len += (size_t)snprintf(buf + len, size - len, "%s%s", len ? "; " : "", text);
	}
}

static void json_row(
    const struct comparison *c, const struct domain *d, const struct finding *f, const char *reason)
{
	struct record *o = record_new("comparison"), *part;
	char text[NAME_TEXT_MAX + 2];

	record_text(o, "domain", d->name);
	if (c->wanted & 1u << PROFILE_POINTS && d->points) {
		part = record_object(o, "points");
		record_int(part, "score", d->points);
		record_text(part, "severity", profile_print_severity(d->severity));
	} else {
		record_null(o, "points");
	}
	if (d->hunt) {
		part = record_object(o, "hunt");
		record_int(part, "clients", d->hunt);
		record_text(part, "TunnelConfidence", d->is_high ? "high" : "medium");
	} else {
		record_null(o, "hunt");
	}
	if (d->listener)
		record_int(record_object(o, "listener"), "names", d->listener);
	else
		record_null(o, "listener");
	if (f) {
		part = record_object(o, "dnshound");
		publish_zone(f, text);
		record_text(part, "zone", text);
		record_int(part, "score", f->verdict.score);
		record_text(part, "verdict", verdict_text(f->verdict.kind));
		record_bool(part, "found", is_found(c, d));
	} else {
		record_null(o, "dnshound");
	}
	record_text(o, "why", *reason ? reason : NULL);
	record_print(o);
}

static void table_row(
    const struct comparison *c, const struct domain *d, const struct finding *f, const char *reason)
{
	char name[NAME_TEXT_MAX], points[24] = "-", hunt[24] = "-", listener[24] = "-";
	snprintf(name, sizeof(name), "%s", d->name);
	table_fit(name, 36);
	if (d->points)
		snprintf(points, sizeof(points), "%u %s", d->points,
		    profile_print_severity(d->severity));
	if (d->hunt)
		snprintf(hunt, sizeof(hunt), "%s", d->is_high ? "high" : "medium");
	if (d->listener)
		snprintf(listener, sizeof(listener), "%u names", d->listener);
	printf("%-36s  %-12s  %-6s  %-13s  ", name, points, hunt, listener);
	if (f && (is_found(c, d) || f->verdict.kind == VERDICT_DECLARED))
		printf("%u %s\n", f->verdict.score, verdict_text(f->verdict.kind));
	else
		printf("%s\n", f ? "ordinary" : "-");
	if (*reason)
		printf("    %s\n", reason);
}

static int by_weight(const void *pa, const void *pb)
{
	const struct domain *a = pa, *b = pb;
	if (a->score != b->score)
		return (int)b->score - (int)a->score;
	if (a->points != b->points)
		return a->points < b->points ? 1 : -1;
	if (a->hunt != b->hunt)
		return a->hunt < b->hunt ? 1 : -1;
	if (a->listener != b->listener)
		return a->listener < b->listener ? 1 : -1;
	return strcmp(a->name, b->name);
}

/* Those to tell to the front, in order; returns how many. */
static size_t arrange(struct comparison *c)
{
	size_t n = 0;
	for (size_t i = 0; i < (size_t)1 << DOMAINS_LOG2; i++) {
		if (!is_told(c, &c->domains[i]))
			continue;
		struct domain d = c->domains[n];
		c->domains[n++] = c->domains[i];
		c->domains[i] = d;
	}
	qsort(c->domains, n, sizeof(*c->domains), by_weight);
	return n;
}

static void print_counts(
    const struct comparison *c, const struct session *s, const struct profiles *p)
{
	if (c->options->json) {
		struct record *o = ndjson_summary_new(s);
		record_int(o, "found", c->found);
		record_int(o, "domains_not_kept", c->dropped);
		struct record *list = record_list(o, "profiles");
		for (unsigned k = 0; k < PROFILE_KINDS; k++) {
			if (!p->of[k])
				continue;
			struct profile_stats stats = profile_stats(p->of[k]);
			struct record *of = record_object(list, NULL);
			profile_print_stats(of, profiles_name(k), &stats);
			record_int(of, "domains", c->said[k]);
			record_int(of, "found_too", c->both[k]);
			record_int(of, "ordinary", c->ordinary[k]);
			record_int(of, "missed", c->missed[k]);
		}
		record_print(o);
		return;
	}
	putchar('\n');
	for (unsigned k = 0; k < PROFILE_KINDS; k++)
		if (p->of[k])
			printf("%s: %llu domains, of which dnshound finds %llu too and holds %llu "
			       "for ordinary; missed %llu of dnshound's %llu\n",
			    profiles_name(k), (unsigned long long)c->said[k],
			    (unsigned long long)c->both[k], (unsigned long long)c->ordinary[k],
			    (unsigned long long)c->missed[k], (unsigned long long)c->found);
	table_coverage(s);
}

static void print(struct comparison *c, const struct session *s, const struct profiles *p)
{
	size_t n = arrange(c);
	size_t shown = c->options->top && c->options->top < n ? c->options->top : n;

	if (!c->options->json && n)
		printf("%-36s  %-12s  %-6s  %-13s  %s\n", "domain", "points", "hunt", "listener",
		    "dnshound");
	for (size_t i = 0; i < n; i++) {
		const struct domain *d = &c->domains[i];
		char reason[3 * DIFFER_TEXT_MAX];
		struct engine_walk walk = d->walk;
		struct finding f;

		count(c, d);
		if (i >= shown)
			continue;
		bool has = d->has_pair && engine_next(s->engine, &walk, &f);
		why(c, s, d, has ? &f : NULL, reason, sizeof(reason));
		(c->options->json ? json_row : table_row)(c, d, has ? &f : NULL, reason);
	}
	if (shown < n && !c->options->json)
		printf("... and %zu more\n", n - shown);
	print_counts(c, s, p);
}

int compare_run(const struct options *wanted)
{
	struct options o = *wanted;
	struct comparison c = {.options = &o};
	struct sink_state state = {.c = &c};
	struct profile_sink sink = {.row = take_row, .ctx = &state};
	struct profiles p = {0};
	struct session s;
	int status = EXIT_ERROR;

	c.wanted = profiles_named("compare", o.compare);
	if (!c.wanted)
		return EXIT_ERROR;
	o.memory /= 2;
	c.domains = calloc((size_t)1 << DOMAINS_LOG2, sizeof(*c.domains));
	if (!c.domains)
		fprintf(stderr, "dnshound: out of memory\n");
	if (session_open(&s, &o, true) && c.domains &&
	    profiles_open(&p, &s, c.wanted, o.memory, &sink) && session_run(&s)) {
		profiles_finish(&p);
		take_pairs(&c, &s);
		take_pending(&c, &state);
		print(&c, &s, &p);
		status = (c.found ? EXIT_FINDINGS : EXIT_CLEAN) | (s.errors ? EXIT_ERROR : 0);
	}
	for (size_t i = 0; c.domains && i < (size_t)1 << DOMAINS_LOG2; i++)
		free(c.domains[i].name);
	free(c.domains);
	profiles_close(&p);
	session_close(&s);
	return status;
}
