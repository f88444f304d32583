/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/base/hash.h"

static const struct hash_key key = {0x0123456789abcdef, 0xfedcba9876543210};

/* The product's key words, as in hash.h: what an attacker who knows the key would cancel. */
#define CANCELS (key.k1 ^ 0xa0761d6478bd642fu)

static int compare(const void *a, const void *b)
{
	uint64_t x, y;
	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

static void assert_all_different(uint64_t *hashes, size_t n)
{
	qsort(hashes, n, sizeof(*hashes), compare);
	for (size_t i = 1; i < n; i++)
		assert_true(hashes[i] != hashes[i - 1]);
}

static void every_length_and_every_byte_counts(void **state)
{
	enum { MOST = 70 };
	static uint64_t hashes[MOST * MOST];
	size_t n = 0;
	for (size_t len = 0; len < MOST; len++) {
		/* Exactly as long as said, so that the sanitizer sees a read beyond. */
		uint8_t *p = calloc(1, len + !len);
		hashes[n++] = hash_bytes(&key, p, len);
		for (size_t i = 0; i < len; i++) {
			p[i] = 1;
			hashes[n++] = hash_bytes(&key, p, len);
			p[i] = 0;
		}
		free(p);
	}
	assert_all_different(hashes, n);
}

static void both_halves_of_the_key_count(void **state)
{
	struct hash_key other[2] = {{key.k0 + 1, key.k1}, {key.k0, key.k1 + 1}};
	for (int i = 0; i < 2; i++)
		for (size_t len = 0; len <= 40; len += 4)
			assert_true(
			    hash_bytes(&key, "0123456789012345678901234567890123456789", len) !=
			    hash_bytes(&other[i], "0123456789012345678901234567890123456789", len));
}

/* A word that makes one factor zero must not hide what stands beside it, before it or after. */
static void a_cancelled_factor_hides_nothing(void **state)
{
	enum { TRIED = 4096 };
	static uint64_t hashes[TRIED];
	for (unsigned where = 0; where < 4; where++) {
		for (uint64_t i = 0; i < TRIED; i++) {
			uint64_t words[4] = {CANCELS, CANCELS, CANCELS, CANCELS};
			words[where] = i;
			hashes[i] = hash_bytes(&key, words, sizeof(words));
		}
		assert_all_different(hashes, TRIED);
	}
}

/* Tables take bits from everywhere: in each half of the hash, counters look random. */
static void bits_are_spread(void **state)
{
	enum { BITS = 12, SLOTS = 1 << BITS };
	for (unsigned shift = 0; shift + BITS <= 64; shift += 4) {
		static uint8_t used[SLOTS];
		unsigned n = 0;
		memset(used, 0, sizeof(used));
		for (uint32_t i = 0; i < SLOTS; i++)
			used[hash_bytes(&key, &i, sizeof(i)) >> shift & (SLOTS - 1)] = 1;
		for (unsigned i = 0; i < SLOTS; i++)
			n += used[i];
		/* 1 - 1/e of them, within six standard deviations. */
		assert_in_range(n, 2400, 2780);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_length_and_every_byte_counts),
	    cmocka_unit_test(both_halves_of_the_key_count),
	    cmocka_unit_test(a_cancelled_factor_hides_nothing),
	    cmocka_unit_test(bits_are_spread),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
