/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <nettle/arcfour.h>

#include "lib/codec/codec.h"
#include "tests/helper/capture.h"

#define ZIP_BYTES 5000

static uint8_t zip[ZIP_BYTES];

/* What the tool sends; chunk `lost` is missing, others come twice and out of order. */
static struct capture send(enum codec_id codec, int lost)
{
	static char text[ZIP_BYTES * 2];
	static uint8_t sealed[ZIP_BYTES];
	struct capture c = {0};
	struct arcfour_ctx rc4;
	char name[512];
	for (size_t i = 0; i < ZIP_BYTES; i++)
		zip[i] = (uint8_t)(i * 131 >> 2);
	arcfour_set_key(&rc4, 6, (const uint8_t *)"secret");
	arcfour_crypt(&rc4, ZIP_BYTES, sealed, zip);
	size_t len =
	    (size_t)codec_encode(codec_of(codec), view_of(sealed, ZIP_BYTES), text, sizeof(text));
	text[len] = 0;
	ptrdiff_t m = codec_encode(codec_of(CODEC_BASE32), view_str("plan.docx|41"), name, 200);
	name[m] = 0;
	char hello[600];
	snprintf(hello, sizeof(hello), "init.%s.%s.x.test", name,
	    codec == CODEC_BASE32 ? "base32" : "base64");
	capture_query(&c, 16, hello);
	int chunks = (int)((len + 99) / 100);
	for (int i = 0; i < chunks; i++) {
		int k = i ^ 1;
		if (k == lost || k >= chunks)
			k = i;
		if (k == lost)
			continue;
		snprintf(name, sizeof(name), "%d.%.50s.%.50s.x.test", k, text + k * 100,
		    text + k * 100 + 50);
		if ((size_t)k * 100 + 50 >= len)
			snprintf(name, sizeof(name), "%d.%.50s.x.test", k, text + k * 100);
		capture_query(&c, 16, name);
		capture_reply(&c, 16, name, 16, view_of("\1x", 2));
	}
	return c;
}

static void with_the_password_the_zip_comes_out(void **state)
{
	static const enum codec_id ids[] = {CODEC_BASE64URL, CODEC_BASE32};
	for (int i = 0; i < 2; i++) {
		struct carved out = {0};
		struct capture c = send(ids[i], -1);
		struct carve_sink sink = carved_sink(&out);
		capture_carve_password(&c, &carver_dnsexfiltrator, &sink, "secret");
		assert_int_equal(out.stream[0][CARVE_UP].len, ZIP_BYTES);
		assert_memory_equal(out.stream[0][CARVE_UP].p, zip, ZIP_BYTES);
		assert_true(carved_says(&out, "filename=plan.docx;"));
		assert_true(carved_says(&out, "chunks=41;"));
		assert_int_equal(out.gaps[CARVE_UP], 0);
		carved_free(&out);
		capture_free(&c);
	}
}

/* Behind a lost chunk the cipher is in step again. */
static void loss_is_one_gap(void **state)
{
	struct carved out = {0};
	struct capture c = send(CODEC_BASE64URL, 7);
	struct carve_sink sink = carved_sink(&out);
	capture_carve_password(&c, &carver_dnsexfiltrator, &sink, "secret");
	assert_int_equal(out.missing[CARVE_UP], 1);
	const struct bytes *b = &out.stream[0][CARVE_UP];
	assert_int_equal(b->len, ZIP_BYTES - 75);
	assert_memory_equal(b->p, zip, 525);
	assert_memory_equal(b->p + b->len - 4000, zip + ZIP_BYTES - 4000, 4000);
	carved_free(&out);
	capture_free(&c);
}

/* The key stream is not followed over a hole that large: what comes behind is a gap, not noise. */
static void behind_a_large_hole_nothing_is_made_up(void **state)
{
	struct carved out = {0};
	struct capture c = send(CODEC_BASE64URL, -1);
	for (int i = 5000; i < 5070; i++) {
		char name[64];
		snprintf(name, sizeof(name), "%d.abcdefghijklmnopqrstuvwxyz.x.test", i);
		capture_query(&c, 16, name);
	}
	struct carve_sink sink = carved_sink(&out);
	capture_carve_password(&c, &carver_dnsexfiltrator, &sink, "secret");
	assert_in_range(out.stream[0][CARVE_UP].len, ZIP_BYTES - 1, ZIP_BYTES);
	assert_memory_equal(out.stream[0][CARVE_UP].p, zip, ZIP_BYTES - 1);
	assert_int_equal(out.missing[CARVE_UP], 5070 - 67);
	assert_true(carved_says(&out, "unrecoverable="));
	carved_free(&out);
	capture_free(&c);
}

static void without_it_the_name_is_told(void **state)
{
	struct carved out = {0};
	struct capture c = send(CODEC_BASE64URL, -1);
	struct carve_sink sink = carved_sink(&out);
	capture_carve(&c, &carver_dnsexfiltrator, &sink);
	assert_true(carved_says(&out, "filename=plan.docx;"));
	assert_true(carved_says(&out, "encrypted="));
	assert_int_equal(out.stream[0][CARVE_UP].len, ZIP_BYTES);
	carved_free(&out);
	capture_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(with_the_password_the_zip_comes_out),
	    cmocka_unit_test(loss_is_one_gap),
	    cmocka_unit_test(behind_a_large_hole_nothing_is_made_up),
	    cmocka_unit_test(without_it_the_name_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
