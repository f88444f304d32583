/* SPDX-License-Identifier: ISC
 *
 * The `listener` profile: each name by itself, on the whole name with its dots. Flagged by any of
 * a label longer than 40, a capital, a character beyond ASCII, entropy above 4.2.
 *
 * The entropy is that of the characters (UTF-8; a byte that is no valid UTF-8 is the character
 * U+FFFD) but divides by the number of bytes, as the original does: with k characters in n bytes,
 * c of each, it is (k log2 n - sum c log2 c) / n. For ASCII that is Shannon's. */
#include "lib/base/fixed.h"
#include "lib/judge/profile_kind.h"

#define LABEL_MAX 40u
#define REPLACEMENT 0xfffdu
/* entropy > 21/5 = 4.2 bits */
#define ENTROPY_TIMES 5u
#define ENTROPY_ABOVE 21u

/* How often each character occurs. A name of 253 bytes has at most 126 distinct ones beyond
 * ASCII; they are rare, so finding them is a walk. */
struct characters {
	uint16_t counts[128 + 128]; /* ASCII, then others */
	uint32_t others[128];
	uint32_t n_others;
	uint32_t total, non_ascii;
};

/* The character at the front of v and its length; U+FFFD and 1 where there is no valid one
 * (overlong forms, surrogates and what lies beyond U+10FFFF are not valid, RFC 3629). */
static uint32_t utf8_next(struct view v, uint32_t *ret_len)
{
	uint8_t lead = v.p[0];
	uint32_t more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc2 ? 1 : 0;
	*ret_len = 1;
	if (lead < 0x80)
		return lead;
	if (more == 0 || lead > 0xf4 || v.len <= more)
		return REPLACEMENT;
	uint32_t c = lead & (0x3fu >> more);
	for (uint32_t i = 1; i <= more; i++) {
		if ((v.p[i] & 0xc0) != 0x80)
			return REPLACEMENT;
		c = c << 6 | (v.p[i] & 0x3fu);
	}
	if ((more == 2 && (c < 0x800 || (c >= 0xd800 && c < 0xe000))) ||
	    (more == 3 && (c < 0x10000 || c > 0x10ffff)))
		return REPLACEMENT;
	*ret_len = more + 1;
	return c;
}

static void count_other(struct characters *t, uint32_t c)
{
	uint32_t i = 0;
	while (i < t->n_others && t->others[i] != c)
		i++;
	if (i == t->n_others)
		t->others[t->n_others++] = c;
	t->counts[128 + i]++;
	t->non_ascii++;
}

static void count_characters(struct view v, struct characters *ret)
{
	while (v.len > 0) {
		uint32_t len, c = utf8_next(v, &len);
		if (c < 0x80)
			ret->counts[c]++;
		else
			count_other(ret, c);
		ret->total++;
		v = view_of(v.p + len, v.len - len);
	}
}

static uint32_t long_labels(struct view wire)
{
	uint32_t n = 0;
	for (size_t at = 0; wire.p[at]; at += wire.p[at] + 1u)
		n += wire.p[at] > LABEL_MAX;
	return n;
}

static uint32_t capitals(const struct characters *t)
{
	uint32_t n = 0;
	for (int c = 'A'; c <= 'Z'; c++)
		n += t->counts[c];
	return n;
}

static void feed(struct profile *p, const struct batch *b, const struct event *e,
    const struct profile_name *name)
{
	struct characters t = {.n_others = 0};
	struct profile_row row = {.kind = PROFILE_LISTENER};
	struct listener_row *r = &row.listener;
	r->qname = view_of(event_name(b, e), e->name_len);
	count_characters(profile_name_view(name), &t);
	r->long_labels = long_labels(r->qname);
	r->capitals = capitals(&t);
	r->non_ascii = t.non_ascii;

	uint64_t n = name->len;
	uint64_t bits = t.total * (fixed_nlog2n(name->len) / n) - /* exact: n divides n log2 n */
	                fixed_sum_clog2c(t.counts, 128 + t.n_others);
	r->entropy_milli = (uint32_t)(bits / n * 1000 >> FINE_SHIFT);
	r->flags = (r->long_labels ? LISTENER_LONG : 0u) | (r->capitals ? LISTENER_CAPITAL : 0u) |
	           (r->non_ascii ? LISTENER_ASCII : 0u) |
	           (ENTROPY_TIMES * bits > ENTROPY_ABOVE * n << FINE_SHIFT ? LISTENER_ENTROPY : 0u);
	if (!r->flags)
		return;
	r->ends = event_ends(b, e);
	r->time_ns = e->time_ns;
	profile_deliver(p, &row);
}

static size_t size(size_t budget)
{
	return 0;
}

static void init(struct profile *p, size_t budget)
{
}

static void finish(struct profile *p)
{
}

const struct profile_ops profile_listener = {size, init, feed, finish};
