/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/base/hash.h"
#include "lib/track/novelty.h"

static void *make(struct novelty *n, unsigned log2_blocks)
{
	void *mem = aligned_alloc(64, novelty_size(log2_blocks));
	assert_non_null(mem);
	for (size_t i = 0; i < novelty_size(log2_blocks); i++)
		((uint8_t *)mem)[i] = 0;
	novelty_init(n, mem, log2_blocks);
	return mem;
}

static uint64_t key(uint64_t i)
{
	return hash_finish(i);
}

static void a_key_is_new_once(void **state)
{
	struct novelty n;
	void *mem = make(&n, 8);
	assert_true(novelty_add(&n, key(1)));
	assert_false(novelty_add(&n, key(1)));
	free(mem);
}

/* Against an exact count: at half its capacity, hardly any new key passes for a known one. */
static void few_new_keys_pass_for_known(void **state)
{
	struct novelty n;
	void *mem = make(&n, 8);
	uint32_t keys = n.capacity / 2, missed = 0;
	for (uint32_t i = 0; i < keys; i++)
		missed += !novelty_add(&n, key(i));
	assert_true(missed * 200 < keys);
	for (uint32_t i = 0; i < keys; i++)
		assert_false(novelty_add(&n, key(i)));
	free(mem);
}

static void what_is_used_stays_known_and_what_is_not_is_forgotten(void **state)
{
	struct novelty n;
	void *mem = make(&n, 8);
	novelty_tick(&n, 1000, 100);
	assert_true(novelty_add(&n, key(1)));
	assert_true(novelty_add(&n, key(2)));
	for (int64_t now = 1100; now < 2000; now += 100) {
		novelty_tick(&n, now, 100);
		assert_false(novelty_add(&n, key(1)));
	}
	assert_true(novelty_add(&n, key(2)));
	assert_int_equal(n.early, 0);
	free(mem);
}

static void a_flood_rotates_early_and_is_counted(void **state)
{
	struct novelty n;
	void *mem = make(&n, 6);
	for (uint32_t i = 0; i < 3 * n.capacity; i++)
		novelty_add(&n, key(i));
	assert_true(n.early >= 2);
	free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_key_is_new_once),
	    cmocka_unit_test(few_new_keys_pass_for_known),
	    cmocka_unit_test(what_is_used_stays_known_and_what_is_not_is_forgotten),
	    cmocka_unit_test(a_flood_rotates_early_and_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
