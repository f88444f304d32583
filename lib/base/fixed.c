/* SPDX-License-Identifier: ISC */
#include "lib/base/fixed.h"

#include "lib/base/assert.h"
#include "lib/base/fixed_tables.h"

/* log2(x) * 2^28 for x > 0. The mantissa's first nine bits choose a table entry, the rest goes
 * linearly to the next: the chord lies at most 2.8e-6 bits below the curve. */
static uint64_t log2_fine(uint64_t x)
{
	if (x <= 512)
		return log2_table[x];
	unsigned exponent = 63u - (unsigned)__builtin_clzll(x);
	uint64_t mantissa = x << (63 - exponent); /* first bit at 63 */
	unsigned i = (unsigned)(mantissa >> 55);  /* 256..511 */
	uint64_t rest = mantissa >> 23 & 0xffffffffu;
	uint64_t step = log2_table[i + 1] - log2_table[i];
	return ((uint64_t)exponent << FINE_SHIFT) + log2_table[i] - ((uint64_t)8 << FINE_SHIFT) +
	       (step * rest >> 32);
}

uint32_t fixed_log2(uint64_t x)
{
	return x ? FIXED_FROM_FINE(log2_fine(x)) : 0;
}

uint32_t fixed_decay(uint64_t age, uint64_t half_life)
{
	if (age == 0)
		return 65536;
	if (half_life == 0 || age / half_life > 17)
		return 0;
	unsigned halvings = (unsigned)(age / half_life);
	uint64_t part = age % half_life;
	while (
	    half_life >> 32) { /* so that part << 32 fits; loses less than 2^-31 of a half-life */
		half_life >>= 1;
		part >>= 1;
	}
	uint64_t x = (part << 32) / half_life; /* part of one half-life, 2^-32; may round up to 1 */
	if (x > 0xffffffffu)
		x = 0xffffffffu;
	unsigned i = (unsigned)(x >> 24);
	uint64_t drop = exp2_table[i] - exp2_table[i + 1];
	uint64_t value = exp2_table[i] - (drop * (x & 0xffffff) >> 24);
	unsigned shift = 15 + halvings;
	return (uint32_t)((value + (1u << (shift - 1))) >> shift);
}

uint64_t fixed_decayed(uint64_t value, uint64_t age, uint64_t half_life)
{
	uint64_t factor = fixed_decay(age, half_life);
	return (value >> 16) * factor + ((value & 0xffff) * factor >> 16);
}

static inline bool is_zero8(const uint32_t *counts)
{
	uint64_t w[4];
	memcpy(w, counts, sizeof(w));
	return (w[0] | w[1] | w[2] | w[3]) == 0;
}

uint32_t fixed_entropy(const uint32_t *counts, size_t bins)
{
	/* 2^-18 bit keeps sum * log2(sum) < 2^40 * 40 * 2^18 below 2^64. */
	const unsigned drop = FINE_SHIFT - 18;
	uint64_t n = 0, sum = 0;
	for (size_t i = 0; i < bins; i++) {
		/* Alphabets are small and lie together: most of the bins are empty. */
		while (bins - i >= 8 && is_zero8(counts + i))
			i += 8;
		if (i == bins)
			break;
		if (counts[i] > 1)
			sum += counts[i] * ((log2_fine(counts[i]) + (1u << (drop - 1))) >> drop);
		n += counts[i];
	}
	dh_assert(n < (uint64_t)1 << 40);
	if (n < 2)
		return 0;
	uint64_t all = n * ((log2_fine(n) + (1u << (drop - 1))) >> drop);
	if (all <= sum) /* rounding, where one bin holds all */
		return 0;
	return (uint32_t)(((all - sum) / n + (1u << (18 - FIXED_SHIFT - 1))) >> (18 - FIXED_SHIFT));
}

uint64_t fixed_sum_clog2c(const uint16_t *counts, size_t bins)
{
	uint64_t sum = 0;
	for (size_t i = 0; i < bins; i++) {
		dh_assert(counts[i] <= FIXED_TEXT_MAX);
		sum += (uint64_t)counts[i] * log2_table[counts[i]];
	}
	return sum;
}

uint64_t fixed_nlog2n(uint32_t n)
{
	dh_assert(n <= FIXED_TEXT_MAX);
	return (uint64_t)n * log2_table[n];
}

uint32_t fixed_text_entropy(struct view text)
{
	uint16_t counts[256] = {0};
	uint64_t sum = 0;
	dh_assert(text.len <= FIXED_TEXT_MAX);
	if (text.len == 0)
		return 0;
	/* c * log2(c) grows by a difference at each byte, which saves the walk over 256 bins. */
	for (size_t i = 0; i < text.len; i++) {
		uint32_t c = counts[text.p[i]]++;
		sum += fixed_nlog2n(c + 1) - fixed_nlog2n(c);
	}
	return (uint32_t)((fixed_nlog2n((uint32_t)text.len) - sum) / text.len);
}
