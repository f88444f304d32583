/* SPDX-License-Identifier: ISC
 *
 * Sums that forget at three speeds at once. A burst shows at the shortest half-life, a drip at the
 * longest, and neither needs buckets: each sum is one integer, aged when it is touched. For a
 * constant rate r a sum settles at r * half_life / ln 2, and a single burst is counted in full.
 *
 * Unit: 1/256 bit. The 32 bits saturate at 2 MiB; totals that matter beyond that are kept by the
 * evidence of a promoted pair. */
#pragma once

#include <stdint.h>

enum { SCALES = 3 };

struct half_lives {
	uint32_t s[SCALES]; /* seconds, ascending */
};

#define HALF_LIVES_DEFAULT ((struct half_lives){{600, 6 * 3600, 7 * 86400}})

/* Half-lives made ready for use: nearly every ageing is one of a few steps. */
enum { DECAY_STEPS = 64 };

struct decay {
	struct half_lives half_lives;
	uint8_t log2_step[SCALES];
	uint32_t keep[SCALES][DECAY_STEPS]; /* of 65536, after so many steps */
};

void decay_init(struct decay *ret, const struct half_lives *h);

struct sums {
	uint32_t at_s; /* event time the values below belong to */
	uint32_t up[SCALES];
	uint32_t down[SCALES];
};

void sums_decay(struct sums *s, const struct decay *d, uint32_t now_s);

/* Age the sums to now_s. Time that runs backwards ages nothing. */
static inline void sums_age(struct sums *s, const struct decay *d, uint32_t now_s)
{
	if (now_s <= s->at_s)
		return;
	/* The slowest sums are never smaller than the faster ones: both zero means all are. */
	if (s->up[SCALES - 1] | s->down[SCALES - 1])
		sums_decay(s, d, now_s);
	s->at_s = now_s;
}

static inline uint32_t sums_saturate(uint32_t a, uint32_t b)
{
	uint32_t sum;
	return __builtin_add_overflow(a, b, &sum) ? UINT32_MAX : sum;
}

/* Add to sums that are already aged. Saturates. */
static inline void sums_add(struct sums *s, uint32_t up, uint32_t down)
{
	for (int i = 0; i < SCALES; i++) {
		s->up[i] = sums_saturate(s->up[i], up);
		s->down[i] = sums_saturate(s->down[i], down);
	}
}

/* Bytes of a value in 1/256 bit, rounded down. */
static inline uint64_t bits256_bytes(uint64_t v)
{
	return v >> 11;
}
