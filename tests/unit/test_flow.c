/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/decode/flow.h"

struct entry {
	struct flow_link link;
	uint64_t key;
};

#define N 8

static struct flow_table table_new(void **ret_mem)
{
	struct flow_table t;
	*ret_mem = malloc(flow_size(N, sizeof(struct entry)));
	flow_init(&t, *ret_mem, N, sizeof(struct entry));
	return t;
}

/* Insert with a hash of which many are the same, so that chains and comparisons count. */
static uint32_t insert(struct flow_table *t, uint64_t key, uint32_t list)
{
	uint32_t i = flow_insert(t, key % 3, list);
	if (i != FLOW_NONE)
		((struct entry *)flow_at(t, i))->key = key;
	return i;
}

static uint32_t find(const struct flow_table *t, uint64_t key)
{
	uint32_t i = flow_find(t, key % 3);
	while (i != FLOW_NONE && ((struct entry *)flow_at(t, i))->key != key)
		i = flow_find_next(t, i);
	return i;
}

static void entries_are_found_until_removed(void **state)
{
	void *mem;
	struct flow_table t = table_new(&mem);
	for (uint64_t key = 0; key < N; key++)
		assert_int_not_equal(insert(&t, key, 0), FLOW_NONE);
	assert_int_equal(insert(&t, 99, 0), FLOW_NONE);
	for (uint64_t gone = 0; gone < N; gone++) {
		flow_remove(&t, find(&t, gone));
		for (uint64_t key = 0; key < N; key++)
			assert_int_equal(find(&t, key) == FLOW_NONE, key <= gone);
	}
	for (uint64_t key = 100; key < 100 + N; key++)
		assert_int_not_equal(insert(&t, key, 1), FLOW_NONE);
	assert_int_equal(t.lists[0].n, 0);
	assert_int_equal(t.lists[1].n, N);
	free(mem);
}

static void the_oldest_is_who_moved_longest_ago(void **state)
{
	void *mem;
	struct flow_table t = table_new(&mem);
	uint32_t i[4];
	for (uint64_t key = 0; key < 4; key++)
		i[key] = insert(&t, key, 0);
	assert_int_equal(t.lists[0].oldest, i[0]);
	flow_move(&t, i[0], 0);
	assert_int_equal(t.lists[0].oldest, i[1]);
	flow_move(&t, i[1], 2);
	assert_int_equal(t.lists[0].oldest, i[2]);
	assert_int_equal(t.lists[2].oldest, i[1]);
	flow_remove(&t, i[2]);
	flow_remove(&t, i[0]);
	assert_int_equal(t.lists[0].oldest, i[3]);
	assert_int_equal(t.lists[0].newest, i[3]);
	flow_remove(&t, i[3]);
	assert_int_equal(t.lists[0].oldest, FLOW_NONE);
	assert_int_equal(t.lists[0].newest, FLOW_NONE);
	assert_int_equal(find(&t, 1), i[1]);
	free(mem);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(entries_are_found_until_removed),
	    cmocka_unit_test(the_oldest_is_who_moved_longest_ago),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
