/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/track/timeline.h"

#define MS 1000000ll

static uint64_t sum(const uint32_t *steps)
{
	uint64_t n = 0;
	for (unsigned i = 0; i < TIMELINE_STEPS; i++)
		n += steps[i];
	return n;
}

static void steps_grow_and_nothing_is_lost(void **state)
{
	struct timeline t = {0};
	for (int64_t i = 0; i < 10000; i++)
		timeline_add(&t, i * 1000 * MS, 256 * 8, 256 * 3);
	assert_true(t.n > TIMELINE_STEPS / 2 && t.n <= TIMELINE_STEPS);
	assert_int_equal(sum(t.up), 80000);
	assert_int_equal(sum(t.down), 30000);
	/* An even leak is drawn evenly. */
	for (unsigned i = 1; i + 2 < t.n; i++)
		assert_in_range(t.up[i], t.up[0] - 16, t.up[0] + 16);
}

static void older_times_count_with_the_first(void **state)
{
	struct timeline t = {0};
	timeline_add(&t, 5000 * MS, 2560, 0);
	timeline_add(&t, 0, 2560, 0);
	assert_int_equal(t.n, 1);
	assert_int_equal(t.up[0], 20);
}

static void hostile_times_and_sums_stay_inside(void **state)
{
	struct timeline t = {0};
	timeline_add(&t, INT64_MIN, 256, 0);
	timeline_add(&t, INT64_MAX, 256, 0);
	timeline_add(&t, INT64_MAX, UINT64_MAX - 1000, 0);
	timeline_add(&t, INT64_MAX, UINT64_MAX - 1000, 0);
	assert_in_range(t.n, 2, TIMELINE_STEPS);
	assert_int_equal(t.up[t.n - 1], UINT32_MAX);
}

static void nothing_is_no_step(void **state)
{
	struct timeline t = {0};
	timeline_add(&t, 77, 0, 0);
	assert_int_equal(t.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(steps_grow_and_nothing_is_lost),
	    cmocka_unit_test(older_times_count_with_the_first),
	    cmocka_unit_test(hostile_times_and_sums_stay_inside),
	    cmocka_unit_test(nothing_is_no_step),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
