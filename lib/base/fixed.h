/* SPDX-License-Identifier: ISC
 *
 * Logarithms, entropy and decay in integers, from shipped tables: no libm and no floating point,
 * so every machine computes the same verdict from the same input.
 *
 * Two scales are used. FIXED_ONE (1/256 bit) is what sums, signals and reports are kept in.
 * FINE_ONE (2^-28 bit) is for comparing the entropy of one name with a threshold: its table is
 * additive over prime factors, so values that are equal on paper are equal here, where floating
 * point would leave the last digit to chance. */
#pragma once

#include "lib/base/view.h"

#define FIXED_SHIFT 8
#define FIXED_ONE (1u << FIXED_SHIFT)
#define FINE_SHIFT 28
#define FINE_ONE (1u << FINE_SHIFT)
/* The longest text fixed_text_entropy() takes. */
#define FIXED_TEXT_MAX 512u

/* Rounded to FIXED_ONE from FINE_ONE. */
#define FIXED_FROM_FINE(fine)                                            \
	((uint32_t)(((fine) + (1u << (FINE_SHIFT - FIXED_SHIFT - 1))) >> \
	            (FINE_SHIFT - FIXED_SHIFT)))

/* log2(x) in 1/256 bit, rounded: off by at most 0.51/256. 0 for x = 0. */
uint32_t fixed_log2(uint64_t x);

/* 2^(-age / half_life) * 65536, off by at most 1. Units are the caller's; 0 once age is more than
 * 17 half-lives, and for a half-life of 0 (65536 where age is 0 too).
 * A step far below half_life / 65536 rounds to "no decay": sums are to be decayed in steps of at
 * least half_life / 4096, not at every event. */
uint32_t fixed_decay(uint64_t age, uint64_t half_life);

/* value after age, rounded down: value * fixed_decay / 65536, without overflow. */
uint64_t fixed_decayed(uint64_t value, uint64_t age, uint64_t half_life);

/* Shannon entropy of a histogram, in 1/256 bit, off by less than 0.003 bit.
 * The counts together stay below 2^40. 0 for an empty histogram. */
uint32_t fixed_entropy(const uint32_t *counts, size_t bins);

/* Sum over a histogram of c * log2(c), FINE_ONE; each count at most FIXED_TEXT_MAX, their sum
 * too. The building block for entropies that divide by something else than the sum. */
uint64_t fixed_sum_clog2c(const uint16_t *counts, size_t bins);

/* n * log2(n), FINE_ONE; n at most FIXED_TEXT_MAX. */
uint64_t fixed_nlog2n(uint32_t n);

/* Shannon entropy of a text's bytes, in FINE_ONE per byte, rounded down; off by less than 2^-25.
 * 0 for an empty text. At most FIXED_TEXT_MAX bytes. */
uint32_t fixed_text_entropy(struct view text);

/* a + b, or the largest value where that would wrap. */
static inline uint64_t fixed_add(uint64_t a, uint64_t b)
{
	uint64_t sum;
	return __builtin_add_overflow(a, b, &sum) ? UINT64_MAX : sum;
}
