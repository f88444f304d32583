/* SPDX-License-Identifier: ISC */
#include "lib/track/decay.h"

#include "lib/base/fixed.h"

/* A sum is aged in steps of a power of two near half_life / 2048, counted by the multiples of the
 * step between two times: smaller steps would each round to "no decay", and touching a sum often
 * would keep it for ever. */
static uint8_t log2_step(uint32_t half_life_s)
{
	return half_life_s < 4096 ? 0 : (uint8_t)(31 - __builtin_clz(half_life_s / 2048));
}

void decay_init(struct decay *ret, const struct half_lives *h)
{
	ret->half_lives = *h;
	for (int i = 0; i < SCALES; i++) {
		ret->log2_step[i] = log2_step(h->s[i]);
		for (uint64_t k = 0; k < DECAY_STEPS; k++)
			ret->keep[i][k] = fixed_decay(k << ret->log2_step[i], h->s[i]);
	}
}

void sums_decay(struct sums *s, const struct decay *d, uint32_t now_s)
{
	for (int i = 0; i < SCALES; i++) {
		unsigned shift = d->log2_step[i];
		uint32_t steps = (now_s >> shift) - (s->at_s >> shift);
		if (steps == 0)
			continue;
		uint64_t keep = steps < DECAY_STEPS
		                    ? d->keep[i][steps]
		                    : fixed_decay((uint64_t)steps << shift, d->half_lives.s[i]);
		s->up[i] = (uint32_t)(s->up[i] * keep >> 16);
		s->down[i] = (uint32_t)(s->down[i] * keep >> 16);
	}
}
