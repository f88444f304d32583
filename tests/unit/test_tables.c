/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/base/hash.h"
#include "lib/track/tables.h"

static void *make(struct tables *t, unsigned zones, unsigned pairs)
{
	void *mem = calloc(1, tables_size(zones, pairs));
	assert_non_null(mem);
	tables_init(t, mem, zones, pairs);
	return mem;
}

static void entries_are_found_again(void **state)
{
	struct tables t;
	void *mem = make(&t, 8, 8);
	bool is_new;
	uint16_t evicted;
	struct pair *p = tables_pair(&t, 77, &is_new, &evicted);
	assert_true(is_new);
	p->queries = 5;
	assert_ptr_equal(tables_pair(&t, 77, &is_new, &evicted), p);
	assert_false(is_new);
	assert_ptr_equal(tables_find_pair(&t, 77), p);
	assert_null(tables_find_pair(&t, 78));
	assert_null(tables_find_zone(&t, 78));
	free(mem);
}

/* A flood of new keys must not push out a pair that has leaked. */
static void a_flood_spares_what_leaks(void **state)
{
	struct tables t;
	void *mem = make(&t, 6, 6);
	bool is_new;
	uint16_t evicted;
	struct pair *p = tables_pair(&t, 77, &is_new, &evicted);
	p->sums.up[SCALES - 1] = 300 << 11;
	p->evidence = 3;
	for (uint64_t i = 0; i < 100000; i++) {
		tables_pair(&t, hash_finish(i), &is_new, &evicted);
		assert_int_equal(evicted, 0);
	}
	assert_ptr_equal(tables_find_pair(&t, 77), p);
	assert_true(t.pairs_evicted > 90000);
	free(mem);
}

/* Against exact counts: the map of 64 bits tells a few clients from many. */
static void clients_are_counted_about_right(void **state)
{
	for (uint32_t n = 1; n <= 100; n++) {
		struct zone z = {0};
		for (uint64_t i = 0; i < n; i++)
			for (int again = 0; again < 3; again++)
				zone_add_client(&z, hash_finish(i * 1000 + n));
		uint32_t counted = zone_clients(&z);
		if (counted * 2 < n || counted > n * 2 + 1)
			fail_msg("%u clients counted as %u", n, counted);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(entries_are_found_again),
	    cmocka_unit_test(a_flood_spares_what_leaks),
	    cmocka_unit_test(clients_are_counted_about_right),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
