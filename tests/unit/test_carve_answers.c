/* SPDX-License-Identifier: ISC
 *
 * What comes down from tools that nobody knows. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/codec/codec.h"
#include "tests/helper/capture.h"

enum { A = 1, CNAME = 5, NUL = 10, TXT = 16, AAAA = 28, CHUNKS = 40 };

static uint8_t file[CHUNKS * 32];

static void make_file(void)
{
	uint32_t seed = 5;
	for (size_t i = 0; i < sizeof(file); i++) {
		seed = seed * 1664525 + 1013904223;
		file[i] = (uint8_t)(seed >> 24);
	}
}

/* How chunk n of the file is answered; the number of its bytes. */
static size_t rdata_of(uint16_t type, enum codec_id codec, unsigned n, uint8_t *to)
{
	char text[128];
	size_t each = type == A ? 4 : type == AAAA ? 16 : 32;
	struct view part = view_of(file + n * each, each);
	if (type == TXT || type == CNAME) {
		ptrdiff_t len = codec_encode(codec_of(codec), part, text, sizeof(text));
		if (type == TXT) {
			to[0] = (uint8_t)len;
			memcpy(to + 1, text, (size_t)len);
			return (size_t)len + 1;
		}
		size_t half = (size_t)len / 2, m = 0;
		to[m++] = (uint8_t)half;
		memcpy(to + m, text, half);
		m += half;
		to[m++] = (uint8_t)((size_t)len - half);
		memcpy(to + m, text + half, (size_t)len - half);
		m += (size_t)len - half;
		memcpy(to + m, "\4evil\4test", 11);
		return m + 11;
	}
	memcpy(to, part.p, part.len);
	return part.len;
}

static void reply(struct capture *c, uint16_t type, enum codec_id codec, unsigned n)
{
	uint8_t rdata[256];
	char name[64];
	snprintf(name, sizeof(name), "%u.get.evil.test", n);
	size_t len = rdata_of(type, codec, n, rdata);
	capture_query(c, type, name);
	capture_reply(c, type, name, type, view_of(rdata, len));
}

static struct carved run(struct capture *c)
{
	struct carved out = {0};
	struct carve_sink sink = carved_sink(&out);
	capture_carve(c, &carver_generic, &sink);
	capture_free(c);
	return out;
}

/* The file that came down: what the names themselves make is another. */
static const struct bytes *down_of(const struct carved *out)
{
	for (unsigned i = 0; i < CARVED_STREAMS; i++)
		if (out->stream[i][CARVE_DOWN].len > 0)
			return &out->stream[i][CARVE_DOWN];
	return NULL;
}

static const struct {
	uint16_t type;
	enum codec_id codec;
	size_t each;
} ways[] = {
    {TXT, CODEC_BASE64, 32},
    {TXT, CODEC_HEX, 32},
    {TXT, CODEC_BASE32, 32},
    {CNAME, CODEC_HEX, 32},
    {NUL, CODEC_HEX, 32},
    {A, CODEC_HEX, 4},
    {AAAA, CODEC_HEX, 16},
};

static void every_kind_comes_back_from_any_order(void **state)
{
	make_file();
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct capture c = {0};
		for (unsigned k = 0; k < CHUNKS; k++) {
			unsigned n = (k * 7 + 3) % CHUNKS;
			reply(&c, ways[i].type, ways[i].codec, n);
			if (k % 9 == 0)
				reply(&c, ways[i].type, ways[i].codec, n);
		}
		struct carved out = run(&c);
		const struct bytes *down = down_of(&out);
		assert_non_null(down);
		assert_int_equal(down->len, CHUNKS * ways[i].each);
		assert_memory_equal(down->p, file, down->len);
		assert_int_equal(out.gaps[CARVE_DOWN], 0);
		carved_free(&out);
	}
}

static void lost_answers_are_gaps(void **state)
{
	struct capture c = {0};
	make_file();
	for (unsigned n = 0; n < CHUNKS; n++)
		if (n != 7 && n != 20 && n != 21)
			reply(&c, TXT, CODEC_BASE64, n);
	struct carved out = run(&c);
	const struct bytes *down = down_of(&out);
	assert_int_equal(down->len, sizeof(file) - 3 * 32);
	assert_memory_equal(down->p, file, 7 * 32);
	assert_memory_equal(down->p + 7 * 32, file + 8 * 32, 12 * 32);
	assert_int_equal(out.gaps[CARVE_DOWN], 2);
	assert_int_equal(out.missing[CARVE_DOWN], 3);
	carved_free(&out);
}

static void answers_that_say_the_same_are_no_payload(void **state)
{
	struct capture c = {0};
	char name[64];
	for (unsigned n = 0; n < CHUNKS; n++) {
		snprintf(name, sizeof(name), "%08x%u.evil.test", n * 2654435761u, n);
		capture_reply(&c, TXT, name, TXT, view_of("\2OK", 3));
		capture_reply(&c, A, name, A, view_of("\12\0\0\1", 4));
	}
	struct carved out = run(&c);
	assert_null(down_of(&out));
	carved_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_kind_comes_back_from_any_order),
	    cmocka_unit_test(lost_answers_are_gaps),
	    cmocka_unit_test(answers_that_say_the_same_are_no_payload),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
