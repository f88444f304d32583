/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/codec/codec.h"
#include "tests/helper/capture.h"

static void both_ways_of_a_session(void **state)
{
	struct capture c = {0};
	struct carved out = {0};
	static const char up[] =
	    "SSH-2.0-client\r\nand a longer line of what goes up to the server";
	static const char down[] =
	    "SSH-2.0-server\r\nwith more than one answer, so in pieces, here";
	char text[128], name[512];
	uint8_t rdata[256];
	for (size_t at = 0; at < sizeof(up) - 1; at += 20) {
		size_t part = sizeof(up) - 1 - at < 20 ? sizeof(up) - 1 - at : 20;
		ptrdiff_t n = codec_encode(
		    codec_of(CODEC_BASE32), view_of(up + at, part), text, sizeof(text));
		snprintf(name, sizeof(name), "%.*s.%zu-0.id-4711.up.sshdns.x.test", (int)n, text,
		    at + 7);
		capture_query(&c, 1, name);
		capture_reply(&c, 1, name, 1, view_of("\24\0\0\0", 4));
	}
	for (size_t k = 0; k < sizeof(down) - 1; k += 15) {
		/* The second piece comes before the first. */
		size_t at = k == 0 ? 15 : k == 15 ? 0 : k;
		size_t part = sizeof(down) - 1 - at < 15 ? sizeof(down) - 1 - at : 15;
		ptrdiff_t n = codec_encode(
		    codec_of(CODEC_BASE64), view_of(down + at, part), text, sizeof(text));
		rdata[0] = (uint8_t)(n + 1);
		memcpy(rdata + 1, text, (size_t)n);
		rdata[n + 1] = '\n';
		snprintf(name, sizeof(name), "%zu-%zu.id-4711.down.sshdns.x.test", at, k + 99);
		capture_reply(&c, 16, name, 16, view_of(rdata, (size_t)n + 2));
	}
	struct carve_sink sink = carved_sink(&out);
	capture_carve(&c, &carver_ozymandns, &sink);
	assert_int_equal(out.stream[0][CARVE_UP].len, sizeof(up) - 1);
	assert_memory_equal(out.stream[0][CARVE_UP].p, up, sizeof(up) - 1);
	assert_int_equal(out.stream[0][CARVE_DOWN].len, sizeof(down) - 1);
	assert_memory_equal(out.stream[0][CARVE_DOWN].p, down, sizeof(down) - 1);
	assert_int_equal(out.gaps[0] + out.gaps[1], 0);
	carved_free(&out);
	capture_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(both_ways_of_a_session),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
