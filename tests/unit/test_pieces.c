/* SPDX-License-Identifier: ISC
 *
 * The list against a plain array of bytes that remembers who came first. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/decode/pieces.h"

#define POOL 64
#define SPACE 60000
#define BASE 0xffff8000u /* positions wrap around within the space */

static struct piece_pool pool;
static uint32_t random_state = 1;

static uint32_t random_below(uint32_t n)
{
	random_state = random_state * 1103515245u + 12345u;
	return (random_state >> 8) % n;
}

static int setup(void **state)
{
	pieces_init(&pool, malloc(POOL * sizeof(struct piece)), POOL);
	return 0;
}

static int teardown(void **state)
{
	free(pool.pieces);
	return 0;
}

static size_t model_run(const int *model, size_t from)
{
	size_t n = 0;
	while (from + n < SPACE && model[from + n] >= 0)
		n++;
	return n;
}

static void it_behaves_like_an_array(void **state)
{
	static int model[SPACE];
	static uint8_t out[SPACE];
	struct piece_list list = PIECE_LIST_EMPTY;
	size_t front = 0;
	for (size_t i = 0; i < SPACE; i++)
		model[i] = -1;

	for (unsigned round = 0; round < 3000 && front < SPACE - 3000; round++) {
		uint8_t bytes[2500];
		size_t at = front + random_below(400), len = 1 + random_below(sizeof(bytes)), added;
		size_t expected = 0;
		for (size_t i = 0; i < len; i++) {
			bytes[i] = (uint8_t)random_below(256);
			if (model[at + i] < 0) {
				model[at + i] = bytes[i];
				expected++;
			}
		}
		assert_true(pieces_add(
		    &pool, &list, BASE + (uint32_t)at, view_of(bytes, len), POOL, &added));
		assert_int_equal(added, expected);

		size_t run = pieces_run(&pool, &list, BASE + (uint32_t)front);
		assert_int_equal(run, model_run(model, front));
		pieces_copy(&pool, &list, BASE + (uint32_t)front, run, out);
		for (size_t i = 0; i < run; i++)
			assert_int_equal(out[i], model[front + i]);
		if (run > 0) {
			front += random_below((uint32_t)run + 1);
			pieces_drop(&pool, &list, BASE + (uint32_t)front);
			assert_int_equal(pieces_run(&pool, &list, BASE + (uint32_t)front),
			    model_run(model, front));
		}
	}
	pieces_reset(&pool, &list);
	assert_int_equal(pool.n_free, POOL);
}

static void limits_are_kept(void **state)
{
	static uint8_t bytes[PIECE_BYTES * 4];
	struct piece_list list = PIECE_LIST_EMPTY;
	size_t added;
	assert_true(pieces_add(&pool, &list, 0, view_of(bytes, sizeof(bytes)), 4, &added));
	assert_int_equal(list.n, 4); /* adjacent bytes share pieces */
	assert_false(pieces_add(&pool, &list, 9000, view_of(bytes, 1), 4, &added));
	assert_true(pieces_add(&pool, &list, 100, view_of(bytes, 50), 4, &added));
	assert_int_equal(added, 0);
	pieces_reset(&pool, &list);
	for (uint32_t i = 0; i < POOL; i++)
		assert_true(pieces_add(&pool, &list, i * 2, view_of(bytes, 1), POOL + 1, &added));
	assert_false(pieces_add(&pool, &list, 1000, view_of(bytes, 1), POOL + 1, &added));
	assert_int_equal(pool.n_free, 0);
	pieces_drop(&pool, &list, 50);
	assert_int_equal(pool.n_free, 25);
	pieces_reset(&pool, &list);
	assert_int_equal(pool.n_free, POOL);
}

static void holes_are_seen(void **state)
{
	struct piece_list list = PIECE_LIST_EMPTY;
	size_t added;
	assert_false(pieces_has_after(&pool, &list, 0));
	assert_true(pieces_add(&pool, &list, 10, view_of("abc", 3), 9, &added));
	assert_true(pieces_add(&pool, &list, 20, view_of("xyz", 3), 9, &added));
	assert_int_equal(pieces_run(&pool, &list, 9), 0);
	assert_int_equal(pieces_run(&pool, &list, 10), 3);
	assert_true(pieces_has_after(&pool, &list, 13));
	assert_int_equal(pieces_first(&pool, &list), 10);
	assert_true(pieces_add(&pool, &list, 13, view_of("defghij", 7), 9, &added));
	assert_int_equal(pieces_run(&pool, &list, 10), 13);
	assert_false(pieces_has_after(&pool, &list, 23));
	pieces_reset(&pool, &list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(it_behaves_like_an_array, setup, teardown),
	    cmocka_unit_test_setup_teardown(limits_are_kept, setup, teardown),
	    cmocka_unit_test_setup_teardown(holes_are_seen, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
