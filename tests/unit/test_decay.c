/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/track/decay.h"

static struct decay lives;

static int prepare(void **state)
{
	decay_init(&lives, &HALF_LIVES_DEFAULT);
	return 0;
}

static void half_is_left_after_a_half_life(void **state)
{
	struct sums s = {.at_s = 604800};
	sums_add(&s, 1 << 20, 1 << 10);
	sums_age(&s, &lives, 604800 + 600);
	assert_in_range(s.up[0], (1 << 19) - 64, (1 << 19) + 64);
	assert_in_range(s.down[0], 510, 514);
	assert_true(s.up[1] > (1u << 20) * 9 / 10);
}

/* Touching a sum every second must age it like touching it once. */
static void small_steps_age_as_much_as_large_ones(void **state)
{
	struct sums often = {.at_s = 1000000}, once = often;
	sums_add(&often, 1 << 30, 0);
	sums_add(&once, 1 << 30, 0);
	for (uint32_t t = 1; t <= 604800; t++)
		sums_age(&often, &lives, 1000000 + t);
	sums_age(&once, &lives, 1000000 + 604800);
	assert_in_range(often.up[2], once.up[2] / 100 * 98, once.up[2] / 100 * 102);
	assert_in_range(once.up[2], (1 << 29) / 100 * 99, (1 << 29) / 100 * 101);
}

static void time_that_runs_backwards_ages_nothing(void **state)
{
	struct sums s = {.at_s = 1000};
	sums_add(&s, 5000, 0);
	sums_age(&s, &lives, 10);
	assert_int_equal(s.up[0], 5000);
	assert_int_equal(s.at_s, 1000);
}

static void sums_stay_at_their_most(void **state)
{
	struct sums s = {.at_s = 1};
	sums_add(&s, UINT32_MAX - 1, 0);
	sums_add(&s, UINT32_MAX - 1, 0);
	assert_int_equal(s.up[2], UINT32_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(half_is_left_after_a_half_life),
	    cmocka_unit_test(small_steps_age_as_much_as_large_ones),
	    cmocka_unit_test(time_that_runs_backwards_ages_nothing),
	    cmocka_unit_test(sums_stay_at_their_most),
	};
	return cmocka_run_group_tests(tests, prepare, NULL);
}
