/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <zlib.h>

#include "lib/codec/codec.h"
#include "tests/helper/capture.h"

#define AGENT 80
#define RESULT_MAX 4000

/* The generator as its paper has it: all of its state, turned at once. */
static uint32_t state[624];
static unsigned at;

static void seed(uint32_t s)
{
	state[0] = s;
	for (unsigned i = 1; i < 624; i++)
		state[i] = 1812433253u * (state[i - 1] ^ (state[i - 1] >> 30)) + i;
	for (unsigned i = 0; i < 624; i++) {
		uint32_t x = (state[i] & 0x80000000u) + (state[(i + 1) % 624] & 0x7fffffffu);
		state[i] = state[(i + 397) % 624] ^ (x >> 1) ^ (x % 2 ? 0x9908b0dfu : 0);
	}
	at = 0;
}

static uint32_t next(void)
{
	uint32_t y = state[at++];
	y ^= y >> 11;
	y ^= (y << 7) & 0x9d2c5680u;
	y ^= (y << 15) & 0xefc60000u;
	return y ^ (y >> 18);
}

static uint32_t counter = 17103;

/* A name of these values, in the alphabet of the next counter. */
static void name_of(const uint8_t *values, size_t n, char *to, size_t cap)
{
	static const char digits[] = "razupgnv2w01eos4t38h7yqidxmkljc6b9f5";
	char left[37] = "abcdefghijklmnopqrstuvwxyz0123456789", alphabet[36];
	size_t len = 36, k = 0;
	seed(counter);
	for (unsigned i = 0; i < 36; i++) {
		size_t pick = next() % len--;
		alphabet[i] = left[pick];
		memmove(left + pick, left + pick + 1, strlen(left + pick));
	}
	for (; k < n; k++)
		to[k] = alphabet[values[k]];
	snprintf(to + k, cap - k, "%c%c%c.%s.test", digits[counter / 1296],
	    digits[counter / 36 % 36], digits[counter % 36], counter % 3 ? "one" : "two");
	counter++;
}

static size_t put(uint8_t *values, unsigned v, unsigned digits)
{
	for (unsigned i = digits; i-- > 0; v /= 36)
		values[i] = (uint8_t)(v % 36);
	return digits;
}

/* A result as it goes up; the chunk at byte `lost` is not sent. */
static void send_result(struct capture *c, const uint8_t *result, unsigned size, unsigned lost)
{
	for (unsigned i = 0; i < size; i += 12) {
		uint8_t values[64] = {1};
		char text[64], name[128];
		unsigned part = size - i < 12 ? size - i : 12;
		size_t n = 1;
		n += put(values + n, AGENT, 2);
		n += put(values + n, i, 3);
		if (i == 0)
			n += put(values + n, size, 3);
		ptrdiff_t m = codec_encode(
		    codec_of(CODEC_BASE32), view_of(result + i, part), text, sizeof(text));
		for (ptrdiff_t k = 0; k < m; k++) {
			char ch = text[k];
			values[n++] =
			    (uint8_t)(ch >= '2' && ch <= '7' ? ch - '0' + 26 : (ch | 0x20) - 'a');
		}
		name_of(values, n, name, sizeof(name));
		if (i == lost)
			continue;
		capture_query(c, 1, name);
		capture_query(c, 1, name);
	}
}

static void answer(struct capture *c, const uint8_t *values, size_t n, const uint8_t address[4])
{
	char name[128];
	name_of(values, n, name, sizeof(name));
	capture_query(c, 1, name);
	capture_reply(c, 1, name, 1, view_of(address, 4));
	capture_reply(c, 1, name, 1, view_of(address, 4));
}

static void send_command(struct capture *c, const char *command)
{
	uint8_t values[8], whole[64] = {70}, size = (uint8_t)(strlen(command) + 1);
	memcpy(whole + 1, command, size - 1u);
	put(values, AGENT, 2);
	answer(c, values, 2, (const uint8_t[]){0xa9, 0, 0, size});
	for (unsigned i = 0; i < size; i += 4) {
		values[0] = 2;
		put(values + 1, AGENT, 2);
		put(values + 3, i, 3);
		answer(c, values, 6, whole + i);
	}
}

static void greet(struct capture *c)
{
	static const uint8_t key[7] = {1, 2, 3, 4, 5, 6, 7};
	answer(c, key, 7, (const uint8_t[]){144, 1, 2, AGENT});
}

static void commands_and_results_come_back(void **unused)
{
	struct capture c = {0};
	struct carved out = {0};
	uint8_t plain[3000], packed[RESULT_MAX] = {61};
	z_stream z = {0};
	for (size_t i = 0; i < sizeof(plain); i++)
		plain[i] = (uint8_t)("directory of C:\\secret "[i % 23] ^ (i / 700));
	assert_int_equal(deflateInit2(&z, 9, Z_DEFLATED, -15, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = plain;
	z.avail_in = sizeof(plain);
	z.next_out = packed + 1;
	z.avail_out = sizeof(packed) - 1;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	greet(&c);
	send_command(&c, "dir C:\\secret");
	send_result(&c, packed, (unsigned)z.total_out + 1, UINT32_MAX);
	deflateEnd(&z);
	struct carve_sink sink = carved_sink(&out);
	capture_carve(&c, &carver_saitama, &sink);
	assert_true(carved_says(&out, "command=dir C:\\secret;"));
	assert_int_equal(out.stream[1][CARVE_UP].len, sizeof(plain));
	assert_memory_equal(out.stream[1][CARVE_UP].p, plain, sizeof(plain));
	assert_int_equal(out.gaps[CARVE_UP] + out.gaps[CARVE_DOWN], 0);
	carved_free(&out);
	capture_free(&c);
}

static void a_lost_chunk_is_a_gap(void **unused)
{
	struct capture c = {0};
	struct carved out = {0};
	uint8_t result[121] = {0};
	for (size_t i = 1; i < sizeof(result); i++)
		result[i] = (uint8_t)('a' + i % 26);
	send_result(&c, result, sizeof(result), 36);
	struct carve_sink sink = carved_sink(&out);
	capture_carve(&c, &carver_saitama, &sink);
	const struct bytes *b = &out.stream[0][CARVE_UP];
	assert_int_equal(out.missing[CARVE_UP], 12);
	assert_int_equal(b->len, sizeof(result) - 12);
	assert_memory_equal(b->p, result, 36);
	assert_memory_equal(b->p + 36, result + 48, sizeof(result) - 48);
	carved_free(&out);
	capture_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(commands_and_results_come_back),
	    cmocka_unit_test(a_lost_chunk_is_a_gap),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
