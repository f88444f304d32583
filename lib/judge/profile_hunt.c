/* SPDX-License-Identifier: ISC
 *
 * The `hunt` profile: queries of six types whose name is longer than 50 characters or has more
 * than 5 dots, within the 24 h that end at the newest query, grouped by client and by the
 * second-last label of the name (so `a.evil.co.uk` goes to `co`: the rule set has no suffix list).
 *
 * The window's place is known only at the end, so what passes the filter is kept: time, group,
 * name hash, length and type, 24 bytes each, in order of arrival. When this log is full, what has
 * left the window for good is dropped. If that does not make room the older half is folded into
 * its groups (sums, and a HyperLogLog of the names): counting goes on, but a folded part leaves
 * the window only as a whole, once its newest query has, and the profile is no longer exact. */
#include "lib/base/sort.h"
#include "lib/judge/profile_kind.h"
#include "lib/track/hll.h"

#define WINDOW_NS (24 * 3600 * (int64_t)1000000000)
#define LENGTH_ABOVE 50u
#define DOTS_ABOVE 5u
#define NAMES_P 8u /* 6.5 % standard error */

struct group {
	uint64_t key;
	uint8_t client[16];
	uint8_t label[63], label_len;
	struct part {
		uint64_t queries, length_sum;
		int64_t first_ns, last_ns;
		uint32_t max_length, types;
	} folded;               /* queries = 0: nothing is folded */
	struct part window;     /* at the end: everything in the window */
	uint32_t log_at, log_n; /* at the end: this group's entries in the log */
	uint32_t sketch;        /* number + 1, of the folded names; 0 = none */
};

struct kept {
	int64_t time_ns;
	uint64_t name;
	uint32_t group;
	uint8_t length, type /* enum hunt_type */;
};

struct hunt {
	struct group *groups;
	uint32_t *index; /* group number + 1; 0 = free */
	struct kept *log;
	uint8_t *sketches;
	uint32_t groups_n, groups_max, index_slots, log_n, log_max, sketches_n, sketches_max;
	int64_t newest_ns;
};

/* A quarter for groups, a fifth for sketches, the rest for the log. */
static struct hunt plan(size_t budget)
{
	struct hunt s = {.newest_ns = INT64_MIN};
	budget -= 1024; /* this struct, and the tables' rounding to lines */
	size_t each = sizeof(struct group) + sizeof(uint32_t) * 4 / 3;
	s.index_slots = (uint32_t)profile_slots(budget / 4 / each * 4 / 3, 1);
	s.groups_max = s.index_slots / 4 * 3;
	s.sketches_max = (uint32_t)(budget / 5 / hll_size(NAMES_P));
	s.log_max = (uint32_t)(budget / 20 * 11 / sizeof(struct kept));
	return s;
}

static size_t size(size_t budget)
{
	struct hunt s = plan(budget);
	return profile_lines(sizeof(s)) + profile_lines(s.groups_max * sizeof(struct group)) +
	       profile_lines(s.index_slots * sizeof(uint32_t)) +
	       profile_lines(s.log_max * sizeof(struct kept)) +
	       profile_lines(s.sketches_max * hll_size(NAMES_P));
}

static void init(struct profile *p, size_t budget)
{
	struct hunt *s = p->state;
	uint8_t *at = (uint8_t *)s + profile_lines(sizeof(*s));
	*s = plan(budget);
	s->groups = (struct group *)(void *)at;
	at += profile_lines(s->groups_max * sizeof(struct group));
	s->index = (uint32_t *)(void *)at;
	at += profile_lines(s->index_slots * sizeof(uint32_t));
	s->log = (struct kept *)(void *)at;
	at += profile_lines(s->log_max * sizeof(struct kept));
	s->sketches = at;
}

static int64_t window_start(const struct hunt *s)
{
	return s->newest_ns < INT64_MIN + WINDOW_NS ? INT64_MIN : s->newest_ns - WINDOW_NS;
}

static struct hll *sketch_at(const struct hunt *s, const struct group *g)
{
	return (struct hll *)(void *)(s->sketches + (g->sketch - 1) * hll_size(NAMES_P));
}

static void part_add(struct part *part, const struct kept *k)
{
	if (part->queries == 0)
		*part = (struct part){.first_ns = k->time_ns, .last_ns = k->time_ns};
	part->queries++;
	part->length_sum += k->length;
	part->max_length = k->length > part->max_length ? k->length : part->max_length;
	part->types |= k->type;
	part->first_ns = k->time_ns < part->first_ns ? k->time_ns : part->first_ns;
	part->last_ns = k->time_ns > part->last_ns ? k->time_ns : part->last_ns;
}

/* Forget a folded part that has left the window. */
static void part_expire(const struct hunt *s, struct group *g)
{
	if (g->folded.queries == 0 || g->folded.last_ns >= window_start(s))
		return;
	g->folded = (struct part){.queries = 0};
	if (g->sketch)
		hll_reset(sketch_at(s, g));
}

static void fold(struct hunt *s, const struct kept *k)
{
	struct group *g = &s->groups[k->group];
	part_expire(s, g);
	part_add(&g->folded, k);
	if (g->sketch == 0 && s->sketches_n < s->sketches_max) {
		g->sketch = ++s->sketches_n;
		hll_init(sketch_at(s, g), NAMES_P);
	}
	if (g->sketch)
		hll_add(sketch_at(s, g), k->name);
}

static void drop_expired(struct hunt *s)
{
	int64_t start = window_start(s);
	uint32_t n = 0;
	for (uint32_t i = 0; i < s->log_n; i++)
		if (s->log[i].time_ns >= start)
			s->log[n++] = s->log[i];
	s->log_n = n;
}

static void make_room(struct profile *p, struct hunt *s)
{
	drop_expired(s);
	if (s->log_n <= s->log_max / 4 * 3)
		return;
	uint32_t older = s->log_n / 2;
	for (uint32_t i = 0; i < older; i++)
		fold(s, &s->log[i]);
	s->log_n -= older;
	memmove(s->log, s->log + older, s->log_n * sizeof(s->log[0]));
	p->stats.is_exact = false;
}

/* The group's number + 1, made if need be; 0 when there is no room for another. */
static uint32_t group_of(struct hunt *s, uint64_t key, const uint8_t client[16], struct view label)
{
	uint32_t mask = s->index_slots - 1, slot = (uint32_t)key & mask;
	for (; s->index[slot]; slot = (slot + 1) & mask)
		if (s->groups[s->index[slot] - 1].key == key)
			return s->index[slot];
	if (s->groups_n == s->groups_max)
		return 0;
	struct group *g = &s->groups[s->groups_n++];
	g->key = key;
	memcpy(g->client, client, sizeof(g->client));
	memcpy(g->label, label.p, label.len);
	g->label_len = (uint8_t)label.len;
	return s->index[slot] = s->groups_n;
}

static uint8_t hunted_type(uint16_t qtype)
{
	static const struct {
		uint16_t qtype;
		uint8_t bit;
	} types[] = {{16, HUNT_TXT}, {10, HUNT_NULL}, {5, HUNT_CNAME}, {15, HUNT_MX}, {1, HUNT_A},
	    {28, HUNT_AAAA}};
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (types[i].qtype == qtype)
			return types[i].bit;
	return 0;
}

static void feed(struct profile *p, const struct batch *b, const struct event *e,
    const struct profile_name *name)
{
	struct hunt *s = p->state;
	if (e->time_ns > s->newest_ns)
		s->newest_ns = e->time_ns;
	uint8_t type = hunted_type(e->qtype);
	if (!type || (name->len <= LENGTH_ABOVE && name->labels - 1 <= DOTS_ABOVE))
		return;
	const uint8_t *client = event_ends(b, e)->client;
	struct view label = view_of(name->text + name->second_last_at,
	    name->labels < 2 ? 0 : name->last_at - 1 - name->second_last_at);
	uint64_t key =
	    hash_mix(hash_bytes(&p->key, client, 16), hash_bytes(&p->key, label.p, label.len));
	uint32_t group = group_of(s, key, client, label);
	if (!group) {
		p->stats.is_exact = false;
		p->stats.uncounted++;
		return;
	}
	if (s->log_n == s->log_max)
		make_room(p, s);
	s->log[s->log_n++] = (struct kept){.time_ns = e->time_ns,
	    .name = hash_bytes(&p->key, name->text, name->len),
	    .group = group - 1,
	    .length = (uint8_t)name->len,
	    .type = type};
}

static bool kept_before(const void *a, const void *b, const void *ctx)
{
	const struct kept *x = a, *y = b;
	return x->group != y->group ? x->group < y->group : x->name < y->name;
}

/* A group's figures over the window: its entries in the sorted log, and its folded part. */
static void judge(const struct hunt *s, struct group *g, struct hunt_row *ret)
{
	const struct kept *log = s->log + g->log_at;
	uint64_t unique = 0;
	part_expire(s, g);
	g->window = g->folded;
	for (uint32_t i = 0; i < g->log_n; i++) {
		part_add(&g->window, &log[i]);
		unique += i == 0 || log[i].name != log[i - 1].name;
	}
	if (g->folded.queries > 0 && g->sketch) {
		struct hll *h = sketch_at(s, g);
		for (uint32_t i = 0; i < g->log_n; i++)
			hll_add(h, log[i].name);
		unique = hll_count(h);
	}
	const struct part *w = &g->window;
	*ret = (struct hunt_row){.client = g->client,
	    .top_domain = view_of(g->label, g->label_len),
	    .query_count = w->queries,
	    .unique_subdomains = unique,
	    .length_sum = w->length_sum,
	    .max_length = w->max_length,
	    .types = w->types,
	    .first_ns = w->first_ns,
	    .last_ns = w->last_ns};
	ret->is_high = (unique > 100 && w->length_sum > 60 * w->queries) ||
	               (unique > 50 && w->length_sum > 50 * w->queries);
}

static bool is_suspect(const struct hunt_row *r)
{
	return r->query_count > 20 && r->unique_subdomains > 10 &&
	       r->length_sum > 40 * r->query_count;
}

/* Most queries first; then by client and label, shorter labels before longer ones. */
static bool shown_before(const void *a, const void *b, const void *ctx)
{
	const struct hunt *s = ctx;
	const uint32_t *x = a, *y = b;
	const struct group *gx = &s->groups[*x], *gy = &s->groups[*y];
	if (gx->window.queries != gy->window.queries)
		return gx->window.queries > gy->window.queries;
	int order = memcmp(gx->client, gy->client, sizeof(gx->client));
	if (order == 0) /* the rest of a label's bytes are zero */
		order = memcmp(gx->label, gy->label, sizeof(gx->label));
	return order ? order < 0 : *x < *y;
}

static void finish(struct profile *p)
{
	struct hunt *s = p->state;
	struct profile_row row = {.kind = PROFILE_HUNT};
	uint32_t *shown = s->index, n = 0; /* nothing is looked up any more */
	drop_expired(s);
	sort_in_place(s->log, s->log_n, sizeof(s->log[0]), kept_before, NULL);
	for (uint32_t i = 0, at = 0; i < s->groups_n; i++) {
		struct group *g = &s->groups[i];
		g->log_at = at;
		while (at < s->log_n && s->log[at].group == i)
			at++;
		g->log_n = at - g->log_at;
		judge(s, g, &row.hunt);
		if (is_suspect(&row.hunt))
			shown[n++] = i;
	}
	sort_in_place(shown, n, sizeof(shown[0]), shown_before, s);
	for (uint32_t i = 0; i < n; i++) {
		judge(s, &s->groups[shown[i]], &row.hunt);
		profile_deliver(p, &row);
	}
}

const struct profile_ops profile_hunt = {size, init, feed, finish};
