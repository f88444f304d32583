/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/codec/guess.h"

static void random_bytes_are_recognised_in_each_encoding(void **state)
{
	for (int id = 0; id < CODEC_COUNT; id++) {
		struct guess g = {0};
		uint32_t seed = 99;
		for (int name = 0; name < 100; name++) {
			uint8_t in[30];
			char text[128];
			for (size_t i = 0; i < sizeof(in); i++)
				in[i] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
			const struct codec *c = codec_of((enum codec_id)id);
			ptrdiff_t n = codec_encode(c, view_of(in, sizeof(in)), text, sizeof(text));
			guess_add(&g, view_of(text, (size_t)n));
		}
		uint32_t mask = guess_mask(&g, true);
		assert_true(mask >> id & 1);
		int best = guess_best(mask);
		/* Alphabets that differ only in their order, or in padding that is not there. */
		if (id == CODEC_BASE32_PAD0)
			assert_int_equal(best, CODEC_BASE32);
		else if (id == CODEC_BASE64U_IODINE)
			assert_int_equal(best, CODEC_BASE64URL);
		else
			assert_int_equal(best, id);
	}
}

static void words_are_no_encoding_of_few_symbols(void **state)
{
	struct guess g = {0};
	static const char *const hosts[] = {"www", "mail", "autodiscover", "static-cdn7", "ftp",
	    "news", "images", "lyncdiscover", "owa", "vpn2", "k8s-prod", "zimbra", "xmpp"};
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
		guess_add(&g, view_str(hosts[i]));
	uint32_t mask = guess_mask(&g, true);
	assert_int_equal(mask & (1u << CODEC_HEX | 1u << CODEC_BASE32 | 1u << CODEC_SAFE16), 0);
}

static void without_case_no_alphabet_of_two_cases(void **state)
{
	struct guess g = {0};
	guess_add(&g, view_str("zm9vymfyzm9vymfyzm9vymfyzm9vymfyzm9vymfy"));
	assert_int_equal(guess_mask(&g, false) & (1u << CODEC_BASE64), 0);
	assert_true(guess_mask(&g, true) & (1u << CODEC_BASE64));
}

static void too_little_says_nothing(void **state)
{
	struct guess g = {0};
	guess_add(&g, view_str("deadbeef"));
	assert_int_equal(guess_mask(&g, true), 0);
	assert_int_equal(guess_best(0), -1);
	assert_string_equal(guess_name(-1), "unknown");
	assert_string_equal(guess_name(GUESS_RADIX + RADIX_BASE58), "base58");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(random_bytes_are_recognised_in_each_encoding),
	    cmocka_unit_test(words_are_no_encoding_of_few_symbols),
	    cmocka_unit_test(without_case_no_alphabet_of_two_cases),
	    cmocka_unit_test(too_little_says_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
