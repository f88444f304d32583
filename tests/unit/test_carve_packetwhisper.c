/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/codec/codebook.h"
#include "lib/codec/codec.h"
#include "tests/helper/capture.h"

static const char order[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789/+=";

/* One name for each character, asked for A and for AAAA, as nslookup does. */
static void whisper(struct capture *c, enum codebook_id book, const char *base64)
{
	static const char *const titles[] = {"Mr", "Dr", "Sir"};
	static const unsigned tails[] = {4, 4, 5, 7, 0};
	static unsigned random = 1000000;
	for (unsigned i = 0; base64[i]; i++) {
		char name[256];
		struct view word =
		    codebook_word(book, (unsigned)(strchr(order, base64[i]) - order));
		random += 7919;
		if (book == CODEBOOK_YOYODYNE)
			snprintf(name, sizeof(name), "%s.John.%.*s.%s", titles[i % 3],
			    (int)word.len, word.p, codebook_name(book));
		else
			snprintf(name, sizeof(name), "%.*s%0*u.%s", (int)word.len, word.p,
			    (int)tails[book], random % (tails[book] == 4 ? 10000 : 100000),
			    codebook_name(book));
		capture_query(c, 1, name);
		capture_query(c, 28, name);
		if (i % 5 == 0)
			capture_query(c, 1, "www.akstat.io");
	}
}

static void files_of_every_book(void **state)
{
	static const char *const files[] = {"a secret of 18 byte", "and the second one"};
	for (int book = 0; book < CODEBOOK_COUNT; book++) {
		struct capture c = {0};
		struct carved out = {0};
		for (unsigned i = 0; i < 2; i++) {
			char text[128] = {0};
			ptrdiff_t n = codec_encode(
			    codec_of(CODEC_BASE64), view_str(files[i]), text, sizeof(text));
			while (n % 4)
				text[n++] = '=';
			whisper(&c, (enum codebook_id)book, text);
		}
		struct carve_sink sink = carved_sink(&out);
		capture_carve(&c, &carver_packetwhisper, &sink);
		for (unsigned i = 0; i < 2; i++) {
			assert_int_equal(out.stream[i][CARVE_UP].len, strlen(files[i]));
			assert_memory_equal(out.stream[i][CARVE_UP].p, files[i], strlen(files[i]));
		}
		assert_true(carved_says(&out, "order=time"));
		carved_free(&out);
		capture_free(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files_of_every_book),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
