/* SPDX-License-Identifier: ISC
 *
 * The sketch against the true number of distinct members, 10 to 10^6. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/base/hash.h"
#include "lib/track/hll.h"

static struct hll *make(unsigned p)
{
	return hll_init(malloc(hll_size(p)), p);
}

/* Members a..b-1, a different hash function for each run. */
static void add_range(struct hll *h, uint64_t run, uint64_t a, uint64_t b)
{
	struct hash_key key = {run, 7};
	for (uint64_t i = a; i < b; i++)
		hll_add(h, hash_bytes(&key, &i, sizeof(i)));
}

static double off(const struct hll *h, uint64_t truth)
{
	return ((double)hll_count(h) - (double)truth) / (double)truth;
}

static void exact_while_small(void **state)
{
	for (unsigned p = HLL_P_MIN; p <= HLL_P_MAX; p++) {
		struct hll *h = make(p);
		uint64_t room = ((uint64_t)1 << p) / 32 * 3;
		for (uint64_t n = 0; n < room; n++) {
			assert_int_equal(hll_count(h), n);
			assert_true(hll_add(h, n * 0x9e3779b97f4a7c15u));
			assert_false(hll_add(h, n * 0x9e3779b97f4a7c15u));
		}
		assert_int_equal(hll_count(h), room);
		assert_false(h->is_estimating);
		assert_true(hll_add(h, 12345));
		assert_true(h->is_estimating);
		hll_reset(h);
		assert_int_equal(hll_count(h), 0);
		free(h);
	}
}

/* Means over runs are unbiased, single runs within four standard errors. */
static void estimates_are_close(void **state)
{
	static const unsigned ps[] = {6, 8, 10, 12, 14};
	static const double error[] = {0.13, 0.065, 0.0325, 0.01625, 0.008125};
	for (size_t k = 0; k < sizeof(ps) / sizeof(ps[0]); k++) {
		struct hll *h = make(ps[k]);
		for (uint64_t n = 10; n <= 1000000; n = n * 10 / 3) {
			unsigned runs = n > 100000 ? 2 : 30;
			double sum = 0, squares = 0;
			for (unsigned run = 0; run < runs; run++) {
				hll_reset(h);
				add_range(h, run, 0, n);
				double e = off(h, n);
				assert_true(e < 4.5 * error[k] && e > -4.5 * error[k]);
				sum += e;
				squares += e * e;
			}
			if (runs == 30) {
				double mean = sum / runs;
				assert_true(mean < error[k] && mean > -error[k]);
				assert_true(squares / runs < 2 * error[k] * error[k]);
			}
		}
		free(h);
	}
}

static void crossing_over_keeps_the_count(void **state)
{
	struct hll *h = make(12);
	add_range(h, 1, 0, 384);
	assert_false(h->is_estimating);
	add_range(h, 1, 384, 385);
	assert_true(h->is_estimating);
	assert_true(off(h, 385) < 0.03 && off(h, 385) > -0.03);
	uint64_t before = hll_count(h);
	add_range(h, 1, 0, 385); /* nothing new */
	assert_int_equal(hll_count(h), before);
	free(h);
}

/* Merging in any form and order equals having seen everything in one sketch. */
static void merging_is_a_union(void **state)
{
	static const uint64_t sizes[] = {0, 5, 60, 96, 97, 4000, 100000};
	const size_t n = sizeof(sizes) / sizeof(sizes[0]);
	struct hll *a = make(10), *b = make(10), *both = make(10);
	for (size_t i = 0; i < n; i++) {
		for (size_t j = 0; j < n; j++) {
			hll_reset(a);
			hll_reset(b);
			hll_reset(both);
			add_range(a, 3, 0, sizes[i]);
			add_range(b, 3, sizes[i] / 2, sizes[i] / 2 + sizes[j]);
			add_range(both, 3, 0, sizes[i]);
			add_range(both, 3, sizes[i] / 2, sizes[i] / 2 + sizes[j]);
			hll_merge(a, b);
			/* A union of two estimates may be small enough for an exact set: only then
			 * may the two differ, by what the estimate is off. */
			if (a->is_estimating == both->is_estimating)
				assert_int_equal(hll_count(a), hll_count(both));
			else
				assert_true(off(a, hll_count(both)) < 0.1);
		}
	}
	free(a);
	free(b);
	free(both);
}

static void extreme_hashes_are_harmless(void **state)
{
	struct hll *h = make(6);
	hll_add(h, 0);
	hll_add(h, 0);
	assert_int_equal(hll_count(h), 1);
	for (uint64_t i = 0; i < 64; i++)
		hll_add(h, i << 58); /* every register at its highest rank */
	assert_true(hll_count(h) > (uint64_t)1 << 32);
	free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(exact_while_small),
	    cmocka_unit_test(estimates_are_close),
	    cmocka_unit_test(crossing_over_keeps_the_count),
	    cmocka_unit_test(merging_is_a_union),
	    cmocka_unit_test(extreme_hashes_are_harmless),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
