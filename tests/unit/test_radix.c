/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/codec/radix.h"

static void every_length_comes_back(void **state)
{
	uint8_t in[200], out[256];
	char text[RADIX_MAX_SYMBOLS];
	uint32_t seed = 7;
	for (int id = 0; id < RADIX_COUNT; id++) {
		const struct radix *r = radix_of((enum radix_id)id);
		for (size_t len = 0; len <= sizeof(in); len++) {
			for (size_t i = 0; i < len; i++)
				in[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
			if (len > 3 && r->keep_zeros)
				in[0] = in[1] = 0;
			else if (len > 0 && in[0] == 0)
				in[0] = 1;
			ptrdiff_t n = radix_encode(r, view_of(in, len), text, sizeof(text));
			assert_true(n >= 0);
			ptrdiff_t m = radix_decode(r, view_of(text, (size_t)n), out, sizeof(out));
			assert_int_equal(m, len);
			assert_memory_equal(out, in, len);
		}
	}
}

static void known_vectors(void **state)
{
	static const struct {
		enum radix_id id;
		const char *bytes, *text;
		size_t len;
	} vectors[] = {
	    {RADIX_BASE58, "Hello World!", "2NEpo7TZRRrLZSi2U", 12},
	    {RADIX_BASE58, "\0\0\x28\x7f\xb4\xcd", "11233QC4", 6},
	    {RADIX_BASE36, "Hello World!", "2678lx5gvmsv1dro9b5", 12},
	    {RADIX_BASE62, "Hello World!", "T8dgcjRGkZ3aysdN", 12},
	};
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		uint8_t out[64];
		ptrdiff_t n = radix_decode(
		    radix_of(vectors[i].id), view_str(vectors[i].text), out, sizeof(out));
		assert_int_equal(n, vectors[i].len);
		assert_memory_equal(out, vectors[i].bytes, (size_t)n);
	}
}

static void limits_and_foreign_symbols(void **state)
{
	uint8_t out[512], big[RADIX_MAX_SYMBOLS + 1];
	char text[8];
	memset(big, 'z', sizeof(big));
	const struct radix *r = radix_of(RADIX_BASE36);
	assert_int_equal(radix_decode(r, view_of(big, sizeof(big)), out, sizeof(out)), -EMSGSIZE);
	assert_true(radix_decode(r, view_of(big, sizeof(big) - 1), out, sizeof(out)) > 0);
	assert_int_equal(radix_decode(r, view_str("a-b"), out, sizeof(out)), -EINVAL);
	assert_int_equal(radix_encode(r, view_str("12345678"), text, sizeof(text)), -ENOSPC);
	assert_int_equal(radix_encode(r, view_of(big, 257), text, sizeof(text)), -EMSGSIZE);
}

static void counters_count(void **state)
{
	/* Consecutive counters of Saitama, as reported from the wild. */
	static const char *const counters[] = {"ovg", "ovn", "ovv", "ov2", "ovw", "ov0", "ov1"};
	uint64_t first = 0, v = 0;
	const struct radix *r = radix_of(RADIX_COUNTER36);
	assert_int_equal(radix_number(r, view_str(counters[0]), &first), 0);
	for (size_t i = 0; i < sizeof(counters) / sizeof(counters[0]); i++) {
		assert_int_equal(radix_number(r, view_str(counters[i]), &v), 0);
		assert_int_equal(v, first + i);
	}
	assert_int_equal(radix_number(r, view_str(""), &v), -EINVAL);
	assert_int_equal(radix_number(r, view_str("5555555555555"), &v), -ERANGE);
	assert_int_equal(radix_number(r, view_str("a.b"), &v), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_length_comes_back),
	    cmocka_unit_test(known_vectors),
	    cmocka_unit_test(limits_and_foreign_symbols),
	    cmocka_unit_test(counters_count),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
