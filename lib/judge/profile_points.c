/* SPDX-License-Identifier: ISC
 *
 * The `points` profile: a score per base domain over everything read. The base domain is the last
 * two labels, the subdomain what stands before them (empty, and counted as such, when nothing
 * does). Domains of fewer than 50 queries are left alone.
 *
 * Three tables share the budget. Domains are found by keyed hash through an index of row numbers,
 * and keep their order of appearance. What is distinct (a subdomain or a source of a domain) is a
 * keyed 64-bit hash in one set over all domains, which packs better than a set for each. When
 * that set is full it is frozen: its members go on being recognised, and what is not in it goes
 * to a HyperLogLog of its domain, so the count is the exact part plus an estimate of the rest.
 * Equal hashes of two different names are taken as one (2^-64 for each pair of names).
 *
 * Sums are integers, so means have no rounding: only where floating point would land beside an
 * exact tie (mean entropy of exactly 3.8, subdomain entropy of exactly 4.0 from probabilities
 * that are not powers of two) can an original say otherwise. */
#include "lib/base/fixed.h"
#include "lib/base/sort.h"
#include "lib/judge/profile_kind.h"
#include "lib/track/hll.h"

#define QUERIES_MIN 50u
#define INSPECTED_MAX 100u
#define SHOWN_FROM 50u /* MEDIUM */
#define HIGH_FROM 60u
#define CRITICAL_FROM 80u
#define SCORE_MAX 100u
#define TYPE_NULL 10
#define TYPE_TXT 16

#define NAMES_P 10u      /* 3.3 % standard error */
#define SOURCES_P 8u     /* 6.5 % */
#define NAME_AVERAGE 24u /* bytes of text set aside for each domain */

struct domain {
	uint64_t key;
	uint64_t queries, length_sum, entropy_sum /* FINE_ONE */;
	uint64_t txt_null, distinct, sources;
	int64_t first_ns, last_ns;
	uint32_t text_at;
	uint32_t sketch; /* number + 1; 0 = none */
	uint8_t text_len, inspected, encoded;
};

struct points {
	struct domain *domains;
	uint32_t *index; /* domain number + 1; 0 = free */
	uint8_t *text;
	uint64_t *members; /* 0 = free */
	uint8_t *sketches; /* one of NAMES_P, then one of SOURCES_P, each */
	uint32_t domains_n, domains_max, index_slots, text_used, text_max;
	uint32_t members_n, member_slots, sketches_n, sketches_max;
};

/* Three tenths for domains, half for members, the rest for sketches. */
static struct points plan(size_t budget)
{
	struct points s = {0};
	budget -= 1024; /* this struct, and the tables' rounding to lines */
	size_t each = 2 * sizeof(uint32_t) * 4 / 3 + NAME_AVERAGE + sizeof(struct domain);
	s.index_slots = (uint32_t)profile_slots(budget / 10 * 3 / each * 4 / 3, 1);
	s.domains_max = s.index_slots / 4 * 3;
	s.text_max = s.domains_max * NAME_AVERAGE;
	s.member_slots = (uint32_t)profile_slots(budget / 2, sizeof(uint64_t));
	s.sketches_max = (uint32_t)(budget / 5 / (hll_size(NAMES_P) + hll_size(SOURCES_P)));
	return s;
}

static size_t size(size_t budget)
{
	struct points s = plan(budget);
	return profile_lines(sizeof(s)) + profile_lines(s.domains_max * sizeof(struct domain)) +
	       profile_lines(s.index_slots * sizeof(uint32_t)) + profile_lines(s.text_max) +
	       profile_lines(s.member_slots * sizeof(uint64_t)) +
	       profile_lines(s.sketches_max * (hll_size(NAMES_P) + hll_size(SOURCES_P)));
}

static void init(struct profile *p, size_t budget)
{
	struct points *s = p->state;
	uint8_t *at = (uint8_t *)s + profile_lines(sizeof(*s));
	*s = plan(budget);
	s->domains = (struct domain *)(void *)at;
	at += profile_lines(s->domains_max * sizeof(struct domain));
	s->index = (uint32_t *)(void *)at;
	at += profile_lines(s->index_slots * sizeof(uint32_t));
	s->text = at;
	at += profile_lines(s->text_max);
	s->members = (uint64_t *)(void *)at;
	at += profile_lines(s->member_slots * sizeof(uint64_t));
	s->sketches = at;
}

/* The domain's row, made if need be; NULL when there is no room for another. */
static struct domain *domain_of(struct points *s, uint64_t key, struct view base)
{
	uint32_t mask = s->index_slots - 1, slot = (uint32_t)key & mask;
	for (; s->index[slot]; slot = (slot + 1) & mask)
		if (s->domains[s->index[slot] - 1].key == key)
			return &s->domains[s->index[slot] - 1];
	if (s->domains_n == s->domains_max || s->text_max - s->text_used < base.len)
		return NULL;
	struct domain *d = &s->domains[s->domains_n++];
	s->index[slot] = s->domains_n;
	memcpy(s->text + s->text_used, base.p, base.len);
	*d = (struct domain){.key = key,
	    .text_at = s->text_used,
	    .text_len = (uint8_t)base.len,
	    .first_ns = INT64_MAX,
	    .last_ns = INT64_MIN};
	s->text_used += (uint32_t)base.len;
	return d;
}

enum membership { MEMBER_OLD, MEMBER_NEW, MEMBER_NO_ROOM };

static enum membership member_add(struct points *s, uint64_t hash)
{
	uint32_t mask = s->member_slots - 1, slot = (uint32_t)hash & mask;
	hash += hash == 0;
	for (; s->members[slot]; slot = (slot + 1) & mask)
		if (s->members[slot] == hash)
			return MEMBER_OLD;
	if (s->members_n == s->member_slots / 4 * 3)
		return MEMBER_NO_ROOM;
	s->members[slot] = hash;
	s->members_n++;
	return MEMBER_NEW;
}

static struct hll *sketch_at(const struct points *s, const struct domain *d, bool is_of_sources)
{
	uint8_t *at = s->sketches + (d->sketch - 1) * (hll_size(NAMES_P) + hll_size(SOURCES_P));
	return (struct hll *)(void *)(at + (is_of_sources ? hll_size(NAMES_P) : 0));
}

/* Count hash among the domain's names, or its sources; true when it is new. */
static bool count_distinct(
    struct profile *p, struct points *s, struct domain *d, uint64_t hash, bool is_source)
{
	enum membership m = member_add(s, hash_mix(d->key + is_source, hash));
	if (m == MEMBER_NEW) {
		(*(is_source ? &d->sources : &d->distinct))++;
		return true;
	}
	if (m == MEMBER_OLD)
		return false;
	p->stats.is_exact = false;
	if (d->sketch == 0) {
		if (s->sketches_n == s->sketches_max)
			return false;
		d->sketch = ++s->sketches_n;
		hll_init(sketch_at(s, d, false), NAMES_P);
		hll_init(sketch_at(s, d, true), SOURCES_P);
	}
	return hll_add(sketch_at(s, d, is_source), hash);
}

static bool is_hex_digit(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

static bool is_base64_character(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
	       c == '+' || c == '/' || c == '=';
}

/* Base64-like: at least 10 characters, more than 90 % of that alphabet, entropy above 4.0. Or
 * hex: at least 16 characters that, without dots and hyphens, are an even number of digits. */
static bool looks_encoded(struct view sub, uint32_t entropy_fine)
{
	uint32_t base64 = 0, hex = 0, separators = 0;
	for (size_t i = 0; i < sub.len; i++) {
		base64 += is_base64_character(sub.p[i]);
		hex += is_hex_digit(sub.p[i]);
		separators += sub.p[i] == '.' || sub.p[i] == '-';
	}
	if (sub.len >= 10 && base64 * 10 > sub.len * 9 && entropy_fine > 4 * FINE_ONE)
		return true;
	return sub.len >= 16 && hex > 0 && hex % 2 == 0 && hex + separators == sub.len;
}

static void feed(struct profile *p, const struct batch *b, const struct event *e,
    const struct profile_name *name)
{
	struct points *s = p->state;
	uint32_t base_at = name->second_last_at;
	struct view base = view_of(name->text + base_at, name->len - base_at);
	struct view sub = view_of(name->text, base_at ? base_at - 1 : 0);
	struct domain *d = domain_of(s, hash_bytes(&p->key, base.p, base.len), base);
	if (!d) {
		p->stats.is_exact = false;
		p->stats.uncounted++;
		return;
	}
	uint32_t entropy = fixed_text_entropy(sub);
	d->queries++;
	d->length_sum += sub.len;
	d->entropy_sum = fixed_add(d->entropy_sum, entropy);
	d->txt_null += e->qtype == TYPE_TXT || e->qtype == TYPE_NULL;
	d->first_ns = e->time_ns < d->first_ns ? e->time_ns : d->first_ns;
	d->last_ns = e->time_ns > d->last_ns ? e->time_ns : d->last_ns;
	const struct endpoints *ends = event_ends(b, e);
	count_distinct(p, s, d, hash_bytes(&p->key, ends->client, sizeof(ends->client)), true);
	if (count_distinct(p, s, d, hash_bytes(&p->key, sub.p, sub.len), false) &&
	    d->inspected < INSPECTED_MAX) {
		d->inspected++;
		d->encoded += looks_encoded(sub, entropy);
	}
}

/* Points for a value above a threshold, which is a fraction. */
static const struct {
	uint32_t points;
	uint32_t above_num, above_den;
} rules[POINTS_INDICATORS] = {
    [POINTS_LENGTH] = {25, 30, 1},
    [POINTS_ENTROPY] = {25, 38, 10},
    [POINTS_UNIQUE] = {20, 7, 10},
    [POINTS_TXT] = {15, 3, 10},
    [POINTS_DISTINCT] = {15, 30, 1},
    [POINTS_ENCODED] = {20, 20, 1},
};

static void judge(struct points *s, const struct domain *d, struct points_row *ret)
{
	uint64_t distinct = d->distinct, sources = d->sources;
	if (d->sketch) {
		distinct += hll_count(sketch_at(s, d, false));
		sources += hll_count(sketch_at(s, d, true));
	}
	/* The indicators' values are num / den. */
	const uint64_t num[POINTS_INDICATORS] = {d->length_sum, d->entropy_sum / d->queries,
	    distinct, d->txt_null, distinct, d->encoded};
	const uint64_t den[POINTS_INDICATORS] = {
	    d->queries, FINE_ONE, d->queries, d->queries, 1, 1};
	*ret = (struct points_row){.domain = view_of(s->text + d->text_at, d->text_len),
	    .queries = d->queries,
	    .distinct_subdomains = distinct,
	    .sources = sources,
	    .txt_null_queries = d->txt_null,
	    .first_ns = d->first_ns,
	    .last_ns = d->last_ns};
	for (unsigned i = 0; i < POINTS_INDICATORS; i++) {
		ret->value_milli[i] = num[i] * 1000 / den[i];
		if (num[i] * rules[i].above_den > den[i] * rules[i].above_num) {
			ret->fired |= 1u << i;
			ret->score += rules[i].points;
		}
	}
	if (ret->score >= CRITICAL_FROM)
		ret->severity = POINTS_CRITICAL;
	else if (ret->score >= HIGH_FROM)
		ret->severity = POINTS_HIGH;
}

/* What rows are ordered by. */
struct rank {
	uint32_t domain, score;
};

static bool ranks_before(const void *a, const void *b, const void *ctx)
{
	const struct rank *x = a, *y = b;
	const struct points *s = ctx;
	const struct domain *dx = &s->domains[x->domain], *dy = &s->domains[y->domain];
	if (x->score != y->score)
		return x->score > y->score;
	if (dx->queries != dy->queries)
		return dx->queries > dy->queries;
	size_t shorter = dx->text_len < dy->text_len ? dx->text_len : dy->text_len;
	int order = memcmp(s->text + dx->text_at, s->text + dy->text_at, shorter);
	return order ? order < 0 : dx->text_len < dy->text_len;
}

static void finish(struct profile *p)
{
	struct points *s = p->state;
	struct rank *ranks = (struct rank *)(void *)s->members; /* done with, and larger */
	uint32_t n = 0;
	for (uint32_t i = 0; i < s->domains_n; i++) {
		struct points_row row;
		if (s->domains[i].queries < QUERIES_MIN)
			continue;
		judge(s, &s->domains[i], &row);
		if (row.score >= SHOWN_FROM)
			ranks[n++] =
			    (struct rank){i, row.score > SCORE_MAX ? SCORE_MAX : row.score};
	}
	sort_in_place(ranks, n, sizeof(ranks[0]), ranks_before, s);
	for (uint32_t i = 0; i < n; i++) {
		struct profile_row row = {.kind = PROFILE_POINTS};
		judge(s, &s->domains[ranks[i].domain], &row.points);
		row.points.score = ranks[i].score;
		profile_deliver(p, &row);
	}
}

const struct profile_ops profile_points = {size, init, feed, finish};
