/* SPDX-License-Identifier: ISC
 *
 * The integer functions against libm, to the errors that fixed.h states. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/base/fixed.h"

static uint64_t rng_state = 1;

static uint64_t rng(void)
{
	rng_state ^= rng_state << 13;
	rng_state ^= rng_state >> 7;
	rng_state ^= rng_state << 17;
	return rng_state;
}

static void log2_is_rounded_right(void **state)
{
	double worst = 0;
	for (uint64_t x = 1; x < 200000; x++)
		worst = fmax(worst, fabs(fixed_log2(x) - 256 * log2((double)x)));
	for (int i = 0; i < 200000; i++) {
		uint64_t x = rng() >> (rng() & 63);
		if (x)
			worst = fmax(worst, fabs(fixed_log2(x) - 256 * log2((double)x)));
	}
	assert_true(worst <= 0.51);
	assert_int_equal(fixed_log2(0), 0);
	assert_int_equal(fixed_log2(UINT64_MAX), 64 * 256);
	for (unsigned i = 0; i < 64; i++)
		assert_int_equal(fixed_log2((uint64_t)1 << i), i * 256);
}

static void decay_halves(void **state)
{
	static const uint64_t half_lives[] = {
	    1, 3, 600, 21600, 604800, 604800000000000u, (uint64_t)1 << 63};
	for (size_t h = 0; h < sizeof(half_lives) / sizeof(half_lives[0]); h++) {
		uint64_t hl = half_lives[h];
		assert_int_equal(fixed_decay(0, hl), 65536);
		assert_int_equal(fixed_decay(hl, hl), 32768);
		uint32_t last = 65536;
		for (int i = 0; i < 2000; i++) {
			uint64_t age = hl / 1000 * (uint64_t)i;
			uint32_t f = fixed_decay(age, hl);
			assert_true(fabs(f - 65536 * exp2(-(double)age / (double)hl)) <= 1);
			assert_true(f <= last);
			last = f;
		}
	}
	assert_int_equal(fixed_decay(5, 0), 0);
	assert_int_equal(fixed_decay(0, 0), 65536);
	assert_int_equal(fixed_decay(UINT64_MAX, 1), 0);
	assert_int_equal(fixed_decayed(UINT64_MAX, 600, 600), UINT64_MAX / 2);
	assert_int_equal(fixed_decayed(1000, 0, 600), 1000);
	assert_int_equal(fixed_decayed(1000, 1200, 600), 250);
}

static double entropy_of(const uint32_t *counts, size_t bins)
{
	double n = 0, h = 0;
	for (size_t i = 0; i < bins; i++)
		n += counts[i];
	for (size_t i = 0; i < bins; i++)
		if (counts[i])
			h -= counts[i] / n * log2(counts[i] / n);
	return h;
}

static void histogram_entropy_is_close(void **state)
{
	uint32_t counts[256];
	for (int round = 0; round < 3000; round++) {
		size_t bins = 1 + rng() % 256;
		for (size_t i = 0; i < bins; i++)
			counts[i] =
			    (uint32_t)(rng() & 0xffffffff) >> (rng() % 33 < 32 ? rng() % 32 : 31);
		double want = entropy_of(counts, bins);
		assert_true(fabs(fixed_entropy(counts, bins) / 256.0 - want) < 0.003);
	}
	assert_int_equal(fixed_entropy(counts, 0), 0);
	uint32_t single[2] = {0xffffffff, 0};
	assert_int_equal(fixed_entropy(single, 2), 0);
	uint32_t even[2] = {7, 7};
	assert_int_equal(fixed_entropy(even, 2), 256);
}

static void text_entropy_is_close(void **state)
{
	uint8_t text[FIXED_TEXT_MAX];
	for (int round = 0; round < 20000; round++) {
		size_t len = rng() % (FIXED_TEXT_MAX + 1);
		unsigned alphabet = 1 + (unsigned)(rng() % 256);
		uint32_t counts[256] = {0};
		for (size_t i = 0; i < len; i++)
			counts[text[i] = (uint8_t)(rng() % alphabet)]++;
		double got = fixed_text_entropy(view_of(text, len)) / (double)FINE_ONE;
		double want = len ? entropy_of(counts, 256) : 0;
		assert_true(fabs(got - want) < 1.0 / (1 << 25));
	}
}

/* 48 bytes of 16 values, each three times: exactly 4 bits, although log2(3) is irrational. */
static void ties_are_exact(void **state)
{
	static const unsigned times[] = {1, 3, 5, 7, 9, 15, 21, 31};
	uint8_t text[FIXED_TEXT_MAX];
	for (size_t t = 0; t < sizeof(times) / sizeof(times[0]); t++) {
		for (unsigned i = 0; i < 16 * times[t]; i++)
			text[i] = (uint8_t)(i % 16);
		assert_int_equal(fixed_text_entropy(view_of(text, 16 * times[t])), 4 * FINE_ONE);
	}
}

static void sums_saturate(void **state)
{
	assert_int_equal(fixed_add(1, 2), 3);
	assert_int_equal(fixed_add(UINT64_MAX, 1), UINT64_MAX);
	assert_int_equal(fixed_add(UINT64_MAX - 1, 1), UINT64_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(log2_is_rounded_right),
	    cmocka_unit_test(decay_halves),
	    cmocka_unit_test(histogram_entropy_is_close),
	    cmocka_unit_test(text_entropy_is_close),
	    cmocka_unit_test(ties_are_exact),
	    cmocka_unit_test(sums_saturate),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
