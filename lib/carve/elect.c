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
	for (int which = 0; which < GUESS_COUNT; which++) {
		bool fold = which < GUESS_RADIX
		                ? codec_of((enum codec_id)which)->fold
		                : radix_of((enum radix_id)(which - GUESS_RADIX))->fold;
		if ((!fold && !case_known) ||
		    election_decode(which, text, bytes, sizeof(bytes)) < 0)
			continue;
		v->fits[which]++;
		v->decodes[which] += decodes(which, text, bytes, sizeof(bytes));
	}
}

int election_end(const struct election *v)
{
	uint32_t mask = 0;
	for (int which = 0; which < GUESS_COUNT; which++)
		if ((uint64_t)v->fits[which] * 10 >= (uint64_t)v->texts * 9)
			mask |= 1u << which;
	int best = guess_best(mask & ((1u << GUESS_RADIX) - 1));
	if (best < 0)
		return guess_best(mask);
	for (int which = 0; which < GUESS_RADIX; which++)
		if (mask >> which & 1 &&
		    codec_of((enum codec_id)which)->bits == codec_of((enum codec_id)best)->bits &&
		    v->decodes[which] > v->decodes[best])
			best = which;
	return best;
}
