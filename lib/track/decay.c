/* SPDX-License-Identifier: ISC */
#include "lib/track/decay.h"

#include "lib/base/fixed.h"

/* A sum is aged in steps of a power of two near half_life / 2048, counted by the multiples of the
 * step between two times: smaller steps would each round to "no decay", and touching a sum often
 * would keep it for ever. */
static uint32_t whole_steps(uint32_t from_s, uint32_t to_s, uint32_t half_life_s)
{
	uint32_t log2_step =
	    half_life_s < 4096 ? 0 : 31 - (uint32_t)__builtin_clz(half_life_s / 2048);
	return (to_s >> log2_step << log2_step) - (from_s >> log2_step << log2_step);
}

void sums_decay(struct sums *s, const struct half_lives *h, uint32_t now_s)
{
	for (int i = 0; i < SCALES; i++) {
		uint32_t age = whole_steps(s->at_s, now_s, h->s[i]);
		if (age == 0)
			continue;
		uint64_t keep = fixed_decay(age, h->s[i]);
		s->up[i] = (uint32_t)(s->up[i] * keep >> 16);
		s->down[i] = (uint32_t)(s->down[i] * keep >> 16);
	}
}
