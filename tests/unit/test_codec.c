/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/codec/codec.h"

static uint32_t next_random(uint32_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 17;
	*s ^= *s << 5;
	return *s;
}

static void every_length_comes_back(void **state)
{
	uint8_t in[200], out[256];
	char text[512];
	uint32_t seed = 1;
	for (int id = 0; id < CODEC_COUNT; id++) {
		const struct codec *c = codec_of((enum codec_id)id);
		for (size_t len = 0; len <= sizeof(in); len++) {
			for (size_t i = 0; i < len; i++)
				in[i] = (uint8_t)next_random(&seed);
			ptrdiff_t n = codec_encode(c, view_of(in, len), text, sizeof(text));
			assert_int_equal(n, (len * 8 + c->bits - 1) / c->bits);
			assert_true((size_t)n <= codec_encoded_max(c, len));
			assert_true(len <= codec_decoded_max(c, (size_t)n));
			ptrdiff_t m = codec_decode(c, view_of(text, (size_t)n), out, sizeof(out));
			assert_int_equal(m, len);
			assert_memory_equal(out, in, len);
		}
	}
}

static void alphabets_have_no_symbol_twice(void **state)
{
	for (int id = 0; id < CODEC_COUNT; id++) {
		const struct codec *c = codec_of((enum codec_id)id);
		assert_int_equal(strlen(c->alphabet), 1 << c->bits);
		for (int v = 0; v < 1 << c->bits; v++)
			assert_int_equal(codec_value(c, (uint8_t)c->alphabet[v]), v);
	}
}

/* RFC 4648 §10, and vectors computed by other programs. */
static void known_vectors(void **state)
{
	static const struct {
		enum codec_id id;
		const char *bytes, *text;
	} vectors[] = {
	    {CODEC_HEX, "foobar", "666f6f626172"},
	    {CODEC_HEX, "foobar", "666F6F626172"},
	    {CODEC_BASE32, "f", "my======"},
	    {CODEC_BASE32, "fo", "MZXQ===="},
	    {CODEC_BASE32, "foo", "MZXW6==="},
	    {CODEC_BASE32, "foob", "MZXW6YQ="},
	    {CODEC_BASE32, "fooba", "MZXW6YTB"},
	    {CODEC_BASE32, "foobar", "MZXW6YTBOI======"},
	    {CODEC_BASE32_PAD0, "foobar", "mzxw6ytboi000000"},
	    {CODEC_BASE32_WEASEL, "foobar", "mzx-6ytboiwwwwww"},
	    {CODEC_BASE32HEX, "f", "CO======"},
	    {CODEC_BASE32HEX, "foobar", "CPNMUOJ1E8======"},
	    {CODEC_BASE64, "f", "Zg=="},
	    {CODEC_BASE64, "foob", "Zm9vYg"},
	    {CODEC_BASE64, "foobar", "Zm9vYmFy"},
	    {CODEC_BASE64, "\xfb\xff", "+/8="},
	    {CODEC_BASE64URL, "\xfb\xff", "-_8"},
	    {CODEC_BASE64_STAR, "\xfb\xff", "*/8="},
	    {CODEC_SAFE16, "AB", "bece"},
	};
	for (size_t i = 0; i < sizeof(vectors) / sizeof(vectors[0]); i++) {
		uint8_t out[32];
		struct view text = view_str(vectors[i].text);
		char joined[32];
		size_t n = 0;
		for (size_t k = 0; k < text.len; k++)
			if (text.p[k] != ' ')
				joined[n++] = (char)text.p[k];
		ptrdiff_t m =
		    codec_decode(codec_of(vectors[i].id), view_of(joined, n), out, sizeof(out));
		assert_int_equal(m, strlen(vectors[i].bytes));
		assert_memory_equal(out, vectors[i].bytes, (size_t)m);
	}
	/* The version message of iodine 0x00000502 opens with this on every capture. */
	uint8_t out[8];
	assert_int_equal(
	    codec_decode_lax(codec_of(CODEC_BASE32_IODINE), view_str("aaaaka"), out, sizeof(out)),
	    3);
	assert_memory_equal(out, "\0\0\5", 3);
}

static void strict_refuses_what_no_encoder_makes(void **state)
{
	uint8_t out[16] = {0};
	const struct codec *hex = codec_of(CODEC_HEX), *b32 = codec_of(CODEC_BASE32);
	assert_int_equal(codec_decode(hex, view_str("abc"), out, sizeof(out)), -EINVAL);
	assert_int_equal(codec_decode(hex, view_str("ag"), out, sizeof(out)), -EINVAL);
	assert_int_equal(codec_decode(b32, view_str("mz1w"), out, sizeof(out)), -EINVAL);
	assert_int_equal(codec_decode(b32, view_str("m"), out, sizeof(out)), -EINVAL);
	assert_int_equal(codec_decode(b32, view_str("mz"), out, sizeof(out)), -EINVAL);
	assert_int_equal(codec_decode(b32, view_str("my"), out, sizeof(out)), 1);
	assert_int_equal(codec_decode_lax(b32, view_str("mz"), out, sizeof(out)), 1);
	assert_int_equal(codec_decode(hex, view_str("abcd"), out, 1), -ENOSPC);
	char text[2];
	assert_int_equal(codec_encode(hex, view_str("ab"), text, sizeof(text)), -ENOSPC);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_length_comes_back),
	    cmocka_unit_test(alphabets_have_no_symbol_twice),
	    cmocka_unit_test(known_vectors),
	    cmocka_unit_test(strict_refuses_what_no_encoder_makes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
