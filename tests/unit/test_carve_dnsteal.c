/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/carve/inflate.h"
#include "lib/codec/codec.h"
#include "tests/helper/capture.h"

static void an_open_capture_yields_its_gzip(void **state)
{
	static struct inflater inflater;
	char path[512];
	uint8_t text[256];
	struct capture c;
	struct carved out = {0};
	if (!corpus_path("open/tunnel/ntop+nDPI/tests/cfgs/default/pcap/dns-exf.pcap", path)) {
		print_message("no corpora: set DNSHOUND_CORPUS\n");
		skip();
	}
	assert_true(capture_read(&c, path));
	struct carve_sink sink = carved_sink(&out);
	capture_carve(&c, &carver_dnsteal, &sink);
	assert_true(carved_says(&out, "filename=test.txt;"));
	const struct bytes *b = &out.stream[0][CARVE_UP];
	ptrdiff_t n =
	    inflate_all(&inflater, INFLATE_GZIP, view_of(b->p, b->len), text, sizeof(text));
	assert_true(n > 0);
	carved_free(&out);
	capture_free(&c);
}

static void two_files_do_not_mix(void **state)
{
	struct capture c = {0};
	struct carved out = {0};
	uint8_t want[2][3000];
	char text[8192], name[512];
	for (size_t i = 0; i < sizeof(want[0]); i++) {
		want[0][i] = (uint8_t)(i * 251 >> 3);
		want[1][i] = (uint8_t)(i * 7 ^ i >> 8);
	}
	for (size_t at = 0; at < sizeof(want[0]); at += 150)
		for (int f = 0; f < 2; f++) {
			ptrdiff_t n = codec_encode(codec_of(CODEC_BASE64_STAR),
			    view_of(want[f] + at, 150), text, sizeof(text));
			assert_int_equal(n, 200);
			snprintf(name, sizeof(name), "%.57s-.%.57s-.%.57s-.%.29s-.%s", text,
			    text + 57, text + 114, text + 171, f ? "a.doc" : "b.xls");
			capture_query(&c, 1, name);
			capture_query(&c, 1, name);
		}
	struct carve_sink sink = carved_sink(&out);
	capture_carve(&c, &carver_dnsteal, &sink);
	for (int f = 0; f < 2; f++) {
		assert_int_equal(out.stream[f][CARVE_UP].len, sizeof(want[f]));
		assert_memory_equal(out.stream[f][CARVE_UP].p, want[f], sizeof(want[f]));
	}
	carved_free(&out);
	capture_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_open_capture_yields_its_gzip),
	    cmocka_unit_test(two_files_do_not_mix),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
