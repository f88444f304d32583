/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/sort.h"

static int by_value(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;
	return (*x > *y) - (*x < *y);
}

static bool is_less(const void *a, const void *b, const void *ctx)
{
	return by_value(a, b) < 0;
}

static void same_as_qsort(void **state)
{
	uint32_t ours[300], theirs[300], seed = 1;
	for (size_t n = 0; n <= 300; n++) {
		for (size_t i = 0; i < n; i++) {
			seed = seed * 1664525 + 1013904223;
			ours[i] = theirs[i] = n % 3 ? seed >> 8 : seed >> 29; /* few values: ties */
		}
		sort_in_place(ours, n, sizeof(ours[0]), is_less, NULL);
		qsort(theirs, n, sizeof(theirs[0]), by_value);
		assert_memory_equal(ours, theirs, n * sizeof(ours[0]));
	}
}

struct wide {
	uint32_t key;
	uint8_t payload[60];
};

static void elements_stay_whole(void **state)
{
	struct wide w[50];
	for (uint32_t i = 0; i < 50; i++) {
		w[i].key = i * 7919 % 50;
		memset(w[i].payload, (int)w[i].key, sizeof(w[i].payload));
	}
	sort_in_place(w, 50, sizeof(w[0]), is_less, NULL);
	for (uint32_t i = 0; i < 50; i++) {
		assert_int_equal(w[i].key, i);
		assert_int_equal(w[i].payload[0], i);
		assert_int_equal(w[i].payload[59], i);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(same_as_qsort),
	    cmocka_unit_test(elements_stay_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
