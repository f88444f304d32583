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

static void commands_and_results(void **state)
{
	struct capture c = {0};
	struct carved out = {0};
	static const char output[] = "Directory of C:\\Users\\ann, 12 files, 3,141,592 bytes free";
	char hex[256] = {0}, name[256];
	ptrdiff_t n = codec_encode(
	    codec_of(CODEC_HEX), view_of(output, sizeof(output) - 1), hex, sizeof(hex));
	capture_reply(&c, 16, "k1.x.test", 16, view_of("\5NoCMD", 6));
	capture_reply(&c, 16, "k2.x.test", 16, view_of("\3dir", 4));
	capture_query(&c, 1, "k3.CMDC3.x.test");
	for (int i = 0; i * 50 < n; i++) {
		snprintf(name, sizeof(name), "r%d.CMD%d.%.50s.x.test", i, i, hex + i * 50);
		capture_query(&c, 1, name);
		capture_query(&c, 1, name);
	}
	capture_query(&c, 1, "k4.END.x.test");
	struct carve_sink sink = carved_sink(&out);
	capture_carve(&c, &carver_dns_shell, &sink);
	assert_true(carved_says(&out, "command=dir;"));
	assert_false(carved_says(&out, "NoCMD"));
	assert_int_equal(out.stream[0][CARVE_UP].len, sizeof(output) - 1);
	assert_memory_equal(out.stream[0][CARVE_UP].p, output, sizeof(output) - 1);
	assert_int_equal(out.gaps[CARVE_UP], 0);
	carved_free(&out);
	capture_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(commands_and_results),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
