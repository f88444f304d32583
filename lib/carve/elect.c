/* SPDX-License-Identifier: ISC */
#include "lib/carve/elect.h"

static bool decodes(int which, struct view text, uint8_t *to, size_t cap)
{
	return (which < GUESS_RADIX ? codec_decode(codec_of((enum codec_id)which), text, to, cap)
	                            : radix_decode(radix_of((enum radix_id)(which - GUESS_RADIX)),
	                                  text, to, cap)) >= 0;
}

ptrdiff_t election_decode(int which, struct view text, uint8_t *to, size_t cap)
{
	return which < GUESS_RADIX
	           ? codec_decode_lax(codec_of((enum codec_id)which), text, to, cap)
	           : radix_decode(radix_of((enum radix_id)(which - GUESS_RADIX)), text, to, cap);
}

void election_add(struct election *v, struct view text, bool case_known)
{
	uint8_t bytes[ELECTION_TEXT_MAX];
	if (text.len > sizeof(bytes))
		text.len = sizeof(bytes);
	v->texts++;
	v->case_lost |= !case_known;
	guess_add(&v->seen, text);
	for (int which = 0; which < GUESS_COUNT; which++) {
		bool fold = which < GUESS_RADIX
		                ? codec_of((enum codec_id)which)->fold
		                : radix_of((enum radix_id)(which - GUESS_RADIX))->fold;
		if ((!fold && !case_known) ||
		    election_decode(which, text, bytes, sizeof(bytes)) < 0)
			continue;
		v->fits[which]++;
		v->symbols[which] += text.len;
		v->decodes[which] += decodes(which, text, bytes, sizeof(bytes));
	}
}

/* Whether letters of both cases were seen: a number in base36 is written in one. */
static bool has_both_cases(const struct guess *g)
{
	uint64_t upper = g->used[1] >> ('A' & 63) & 0x3ffffff;
	uint64_t lower = g->used[1] >> ('a' & 63) & 0x3ffffff;
	return upper && lower;
}

/* Big numbers whose alphabet lies within that of a codec of so many symbols: after so many symbols
 * that none fell outside of it is no chance. Base62 is not told from base64 so: text has few of
 * what they differ in. */
static int elect_number(const struct election *v, uint32_t mask, unsigned symbols)
{
	static const struct {
		enum radix_id id;
		uint32_t least;
	} numbers[] = {{RADIX_BASE36, 64}, {RADIX_BASE58, 512}};
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
		if (mask >> (GUESS_RADIX + numbers[i].id) & 1 &&
		    radix_of(numbers[i].id)->base < symbols &&
		    !(radix_of(numbers[i].id)->fold && has_both_cases(&v->seen)) &&
		    v->seen.symbols >= numbers[i].least)
			return GUESS_RADIX + (int)numbers[i].id;
	return -1;
}

int election_end(const struct election *v)
{
	uint32_t most = 0, nearly_all = 0;
	for (int which = 0; which < GUESS_COUNT; which++)
		if ((uint64_t)v->fits[which] * 10 >= (uint64_t)v->texts * 9) {
			most |= 1u << which;
			if (v->symbols[which] * 100 >= (uint64_t)v->seen.symbols * 98)
				nearly_all |= 1u << which;
		}
	uint32_t mask = nearly_all ? nearly_all : most;
	int best = guess_best(mask & ((1u << GUESS_RADIX) - 1));
	if (v->case_lost)
		mask &= (1u << GUESS_RADIX) - 1;
	if (best < 0)
		return guess_best(mask);
	int number = elect_number(v, mask, 1u << codec_of((enum codec_id)best)->bits);
	if (number >= 0)
		return number;
	for (int which = 0; which < GUESS_RADIX; which++)
		if (mask >> which & 1 &&
		    codec_of((enum codec_id)which)->bits == codec_of((enum codec_id)best)->bits &&
		    v->decodes[which] > v->decodes[best])
			best = which;
	return best;
}
