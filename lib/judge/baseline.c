/* SPDX-License-Identifier: ISC */
#include "lib/judge/baseline.h"

#include "lib/base/fixed.h"
#include "lib/track/hostname.h"

enum {
	ZONE_NUMBERS = 6 + 4 * SCALES,
	BUDGET_NUMBERS = 2 * SCALES + 2,
	SITE_NUMBERS = 6,
	SUM_LINE = 4 + 16 + 1, /* "sum", a tab, sixteen digits, the end of line */
	ORDINARY_TIMES = 2     /* a pair may leak so many times what its zone's ordinary one does */
};

static const struct hash_key sum_key = {0x6261736c696e6521u, 1};

const char *baseline_error_text(enum baseline_error error)
{
	static const char *const texts[] = {
#define X(name, text) text,
	    BASELINE_ERROR_LIST(X)
#undef X
	};
	return (unsigned)error < BASELINE_ERRORS ? texts[error] : "unknown error";
}

uint64_t baseline_sum(struct view text)
{
	return hash_bytes(&sum_key, text.p, text.len);
}

static uint32_t zone_lines(struct view text)
{
	uint32_t n = 0;
	for (size_t i = 0; i + 1 < text.len; i++)
		n += text.p[i] == '\n' && text.p[i + 1] == 'z';
	return n < BASELINE_ZONES_MAX ? n : BASELINE_ZONES_MAX;
}

static uint32_t slots_for(uint32_t zones)
{
	uint32_t n = 16;
	while (n < 2 * zones)
		n *= 2;
	return n;
}

size_t baseline_size(struct view text)
{
	uint32_t zones = zone_lines(text);
	return sizeof(struct baseline) + zones * sizeof(struct baseline_zone) +
	       FOREST_NODES * sizeof(struct forest_node) + slots_for(zones) * sizeof(uint32_t);
}

static bool read_number(struct view v, uint32_t *ret)
{
	uint64_t n = 0;
	if (v.len == 0 || v.len > 10)
		return false;
	for (size_t i = 0; i < v.len; i++) {
		if (v.p[i] < '0' || v.p[i] > '9')
			return false;
		n = n * 10 + v.p[i] - '0';
	}
	*ret = (uint32_t)n;
	return n <= UINT32_MAX;
}

/* Cut what stands before the next `by` off *rest. */
static struct view cut(struct view *rest, uint8_t by)
{
	const uint8_t *end = rest->len ? memchr(rest->p, by, rest->len) : NULL;
	struct view v = view_of(rest->p, end ? (size_t)(end - rest->p) : rest->len);
	size_t used = v.len + (end != NULL);
	*rest = view_of(rest->p + used, rest->len - used);
	return v;
}

static enum baseline_error read_numbers(struct view line, uint32_t *numbers, unsigned n)
{
	unsigned i = 0;
	for (; line.len && i < n; i++)
		if (!read_number(cut(&line, '\t'), &numbers[i]))
			return BASELINE_NUMBER;
	return i == n && line.len == 0 ? BASELINE_NONE : BASELINE_FIELDS;
}

static uint32_t *slot_of(const struct baseline *b, uint64_t hash)
{
	uint32_t i = (uint32_t)hash & b->slot_mask;
	while (b->slots[i] && b->zones[b->slots[i] - 1].hash != hash)
		i = (i + 1) & b->slot_mask;
	return &b->slots[i];
}

static enum baseline_error read_zone(
    struct baseline *b, struct view line, const struct hash_key *key)
{
	uint8_t wire[HOSTNAME_WIRE_MAX];
	uint32_t n[ZONE_NUMBERS];
	struct view name = cut(&line, '\t');
	size_t len = hostname_to_wire(name, wire);
	enum baseline_error error = read_numbers(line, n, ZONE_NUMBERS);

	if (len == 0)
		return BASELINE_NAME;
	if (error)
		return error;
	if (n[0] < 2)
		return BASELINE_NUMBER; /* one client alone never teaches */
	if (b->n_zones == BASELINE_ZONES_MAX)
		return BASELINE_LONG;
	struct baseline_zone z = {.hash = hash_bytes(key, wire, len),
	    .name = name,
	    .clients = n[0],
	    .days = n[1],
	    .prevalence_permille = n[2],
	    .mean_sub_len = n[3],
	    .opaque_permille = n[4],
	    .total = n[5]};
	memcpy(z.median_up, n + 6, sizeof(z.median_up));
	memcpy(z.high_up, n + 6 + SCALES, sizeof(z.high_up));
	memcpy(z.median_down, n + 6 + 2 * SCALES, sizeof(z.median_down));
	memcpy(z.high_down, n + 6 + 3 * SCALES, sizeof(z.high_down));
	uint32_t *slot = slot_of(b, z.hash);
	if (*slot)
		return BASELINE_NAME;
	b->zones[b->n_zones++] = z;
	*slot = b->n_zones;
	return BASELINE_NONE;
}

/* Nodes between blanks: feature<value, and =points for a leaf. */
static enum baseline_error read_tree(struct baseline *b, struct view line)
{
	struct forest_reading r = {.n = 0};
	while (line.len) {
		struct view node = cut(&line, ' ');
		struct view feature = cut(&node, node.len && node.p[0] == '=' ? '=' : '<');
		uint32_t k = FOREST_LEAF, value;
		if ((feature.len && (!read_number(feature, &k) || k >= FOREST_FEATURES)) ||
		    !read_number(node, &value))
			return BASELINE_NUMBER;
		if (!forest_add(&b->forest, &r, (uint8_t)k, value))
			return BASELINE_TREE;
	}
	return r.is_whole ? BASELINE_NONE : BASELINE_TREE;
}

static enum baseline_error read_budgets(struct baseline *b, struct view line)
{
	uint32_t n[BUDGET_NUMBERS];
	enum baseline_error error = read_numbers(line, n, BUDGET_NUMBERS);
	if (error)
		return error;
	memcpy(b->budgets.up, n, sizeof(b->budgets.up));
	memcpy(b->budgets.down, n + SCALES, sizeof(b->budgets.down));
	b->budgets.opaque = n[2 * SCALES];
	b->budgets.bound = n[2 * SCALES + 1];
	b->has_budgets = true;
	return BASELINE_NONE;
}

static enum baseline_error read_site(struct baseline *b, struct view line)
{
	uint32_t n[SITE_NUMBERS];
	enum baseline_error error = read_numbers(line, n, SITE_NUMBERS);
	if (!error)
		b->site = (struct baseline_site){n[0], n[1], n[2], n[3], n[4], n[5]};
	return error;
}

static enum baseline_error read_line(
    struct baseline *b, struct view line, const struct hash_key *key)
{
	struct view kind = cut(&line, '\t');
	if (view_is(kind, "zone"))
		return read_zone(b, line, key);
	if (view_is(kind, "tree"))
		return read_tree(b, line);
	if (view_is(kind, "site"))
		return read_site(b, line);
	if (view_is(kind, "budgets"))
		return read_budgets(b, line);
	return BASELINE_KIND;
}

static bool has_sum(struct view text)
{
	static const char digits[] = "0123456789abcdef";
	char line[SUM_LINE + 1] = "sum\t";
	if (text.len < SUM_LINE)
		return false;
	uint64_t sum = baseline_sum(view_of(text.p, text.len - SUM_LINE));
	for (int i = 0; i < 16; i++)
		line[4 + i] = digits[sum >> (60 - 4 * i) & 15];
	line[SUM_LINE - 1] = '\n';
	return memcmp(text.p + text.len - SUM_LINE, line, SUM_LINE) == 0;
}

enum baseline_error baseline_load(void *mem, struct view text, const struct hash_key *key,
    const struct baseline **ret, uint32_t *ret_line)
{
	struct baseline *b = mem;
	uint32_t zones = zone_lines(text), n_slots = slots_for(zones), number = 1;
	struct view rest = text;

	*ret_line = 1;
	if (!view_is(cut(&rest, '\n'), BASELINE_HEADER))
		return BASELINE_HEADER_WRONG;
	if (!has_sum(text))
		return BASELINE_SUM;
	*b = (struct baseline){.slot_mask = n_slots - 1};
	b->zones = (struct baseline_zone *)(void *)(b + 1);
	b->forest.nodes = (struct forest_node *)(void *)(b->zones + zones);
	b->slots = (uint32_t *)(void *)(b->forest.nodes + FOREST_NODES);
	memset(b->slots, 0, n_slots * sizeof(*b->slots));
	rest.len -= SUM_LINE;
	while (rest.len) {
		number++;
		enum baseline_error error = read_line(b, cut(&rest, '\n'), key);
		if (error) {
			*ret_line = number;
			return error;
		}
	}
	*ret = b;
	*ret_line = 0;
	return BASELINE_NONE;
}

const struct baseline_zone *baseline_zone_find(const struct baseline *b, uint64_t zone_hash)
{
	uint32_t slot = *slot_of(b, zone_hash);
	return slot ? &b->zones[slot - 1] : NULL;
}

void baseline_point(const struct features *f, uint32_t ret[FOREST_FEATURES])
{
	const uint32_t point[FOREST_FEATURES] = {f->mean_sub_len, f->bits_per_char,
	    f->unique_permille, fixed_log2(f->queries + 1), f->opaque_permille,
	    f->nxdomain_permille, fixed_log2(f->bytes_up + 1), fixed_log2(f->bytes_down + 1),
	    f->symbols_used};
	memcpy(ret, point, sizeof(point));
}

/* 0: nothing was there to learn from. */
static uint32_t between(uint32_t v, uint32_t base)
{
	if (v == 0)
		return base;
	return v < base / 2 ? base / 2 : v > base * 2 ? base * 2 : v;
}

/* Sites differ by a little: what was learned from a site that leaks, or sleeps, is not believed. */
static void take_budgets(struct budgets *to, const struct budgets *site)
{
	for (int i = 0; i < SCALES; i++) {
		to->up[i] = between(site->up[i], to->up[i]);
		to->down[i] = between(site->down[i], to->down[i]);
	}
	to->opaque = between(site->opaque, to->opaque);
	to->bound = between(site->bound, to->bound);
}

/* Popular zones may leak more anyway; what is ordinary for a zone is not multiplied by that. */
static uint32_t widened(uint32_t budget, uint32_t ordinary, uint32_t allowance_eighths)
{
	uint64_t own = (uint64_t)ordinary * ORDINARY_TIMES * 8 / allowance_eighths;
	return own <= budget ? budget : own < UINT32_MAX ? (uint32_t)own : UINT32_MAX;
}

struct budgets baseline_budgets(
    const struct baseline *b, const struct budgets *base, const struct features *f)
{
	struct budgets own = *base;
	const struct baseline_zone *z;
	uint32_t allowance = signal_allowance_eighths(f);
	uint32_t point[FOREST_FEATURES];

	if (!b || (f->subject != SUBJECT_PAIR && f->subject != SUBJECT_ZONE))
		return own;
	z = baseline_zone_find(b, f->zone_hash);
	if (f->subject == SUBJECT_ZONE) {
		for (int i = 0; z && i < SCALES; i++)
			own.up[i] = widened(own.up[i], z->total, allowance);
		return own;
	}
	if (b->has_budgets)
		take_budgets(&own, &b->budgets);
	baseline_point(f, point);
	own.unlike_permille = forest_score(&b->forest, point);
	if (!z)
		return own;
	own.zone_clients = z->clients;
	memcpy(own.zone_up, z->high_up, sizeof(own.zone_up));
	memcpy(own.zone_down, z->high_down, sizeof(own.zone_down));
	for (int i = 0; i < SCALES; i++) {
		own.up[i] = widened(own.up[i], z->high_up[i], allowance);
		own.down[i] = widened(own.down[i], z->high_down[i], allowance);
	}
	return own;
}
