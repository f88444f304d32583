/* SPDX-License-Identifier: ISC
 *
 * Marks against a plain walk over the bytes, with AVX2 where it is here and without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/decode/avx2.h"
#include "lib/decode/marks.h"

static void check(const struct marks *m, const uint8_t *p, uint32_t len, uint8_t separator)
{
	uint32_t n = 0, lines = 0;
	/* Marks behind the end are nobody's; those before it are there until the room is used. */
	for (uint32_t i = 0; i < len && n < m->n; i++) {
		if (p[i] != separator && p[i] != '\n')
			continue;
		assert_int_equal(m->at[n], i);
		if (p[i] == '\n') {
			assert_true(lines < m->n_lines);
			assert_int_equal(m->line[lines++], n);
		}
		n++;
	}
	assert_true(n == m->n || n >= MARKS_ROOM || m->at[n] >= len);
}

static void all_places_are_marked(void **state)
{
	static uint8_t p[8192 + 64];
	static struct marks m;
	uint64_t s = 5;
	for (int round = 0; round < 400; round++) {
		uint8_t separator = round % 3 ? '\t' : round % 2 ? '\n' : 0;
		unsigned rare = 1u + (unsigned)round % 40;
		for (size_t i = 0; i < sizeof(p); i++) {
			s ^= s << 13;
			s ^= s >> 7;
			s ^= s << 17;
			p[i] = s % rare ? 'x' : s >> 20 & 3 ? separator : '\n';
		}
		uint32_t len = (uint32_t)(s >> 8) % 8192;
		marks_fill(&m, p, p + len, separator);
		check(&m, p, len, separator);
		if (avx2_is_here()) {
			avx2_marks(&m, p, p + len, separator);
			check(&m, p, len, separator);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(all_places_are_marked)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
