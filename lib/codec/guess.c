/* SPDX-License-Identifier: ISC */
#include "lib/codec/guess.h"

#define ENOUGH_SYMBOLS 32

static bool used(const struct guess *g, uint8_t ch)
{
	return g->used[ch >> 6] >> (ch & 63) & 1;
}

void guess_add(struct guess *g, struct view text)
{
	for (size_t i = 0; i < text.len; i++)
		g->used[text.p[i] >> 6] |= (uint64_t)1 << (text.p[i] & 63);
	g->texts++;
	g->symbols += (uint32_t)text.len;
	if (text.len > g->longest)
		g->longest = (uint32_t)text.len;
	for (unsigned bits = 1; bits < 8; bits++)
		if (text.len * bits % 8 >= bits)
			g->illegal[bits]++;
}

struct alphabet {
	const char *symbols;
	unsigned count, bits;
	uint8_t pad;
	bool fold;
};

static struct alphabet alphabet_of(int which)
{
	if (which < GUESS_RADIX) {
		const struct codec *c = codec_of((enum codec_id)which);
		return (struct alphabet){
		    c->alphabet, 1u << c->bits, c->bits, (uint8_t)c->pad, c->fold};
	}
	const struct radix *r = radix_of((enum radix_id)(which - GUESS_RADIX));
	return (struct alphabet){r->alphabet, r->base, 0, 0, r->fold};
}

static bool fits(const struct guess *g, int which, bool case_known)
{
	struct alphabet a = alphabet_of(which);
	uint64_t left[4];
	memcpy(left, g->used, sizeof(left));
	unsigned distinct = 0;
	if (!a.fold && !case_known)
		return false;
	for (unsigned i = 0; i < a.count; i++) {
		uint8_t ch = (uint8_t)a.symbols[i];
		uint8_t letter = ch | 0x20;
		uint8_t other = a.fold && letter >= 'a' && letter <= 'z' ? ch ^ 0x20 : ch;
		distinct += used(g, ch) || used(g, other);
		left[ch >> 6] &= ~((uint64_t)1 << (ch & 63));
		left[other >> 6] &= ~((uint64_t)1 << (other & 63));
	}
	if (a.pad)
		left[a.pad >> 6] &= ~((uint64_t)1 << (a.pad & 63));
	if (left[0] | left[1] | left[2] | left[3])
		return false;
	/* Cut into labels, all but the last piece of a text may have any length. */
	if (a.bits && !a.pad && g->illegal[a.bits] > g->texts / 2)
		return false;
	/* After four times as many symbols as the alphabet has, 98 in 100 of random data's were
	 * used; text in the encoding uses fewer, but not fewer than a third. */
	return g->symbols < 4 * a.count || distinct * 3 >= a.count;
}

uint32_t guess_mask(const struct guess *g, bool case_known)
{
	uint32_t mask = 0;
	if (g->symbols < ENOUGH_SYMBOLS)
		return 0;
	for (int which = 0; which < GUESS_COUNT; which++)
		if (fits(g, which, case_known))
			mask |= 1u << which;
	return mask;
}

int guess_best(uint32_t mask)
{
	int best = -1;
	for (int which = 0; which < GUESS_COUNT; which++)
		if (mask >> which & 1 &&
		    (best < 0 || alphabet_of(which).count < alphabet_of(best).count))
			best = which;
	return best;
}

const char *guess_name(int which)
{
	if (which < 0 || which >= GUESS_COUNT)
		return "unknown";
	return which < GUESS_RADIX ? codec_of((enum codec_id)which)->name
	                           : radix_of((enum radix_id)(which - GUESS_RADIX))->name;
}
