/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

#include "lib/codec/codebook.h"

static size_t wire_of(const char *text, uint8_t wire[256])
{
	size_t n = 0;
	while (*text) {
		size_t len = strcspn(text, ".");
		wire[n++] = (uint8_t)len;
		memcpy(wire + n, text, len);
		n += len;
		text += len + (text[len] == '.');
	}
	wire[n++] = 0;
	return n;
}

static char reads(const char *text, enum codebook_id *ret_book)
{
	uint8_t wire[256];
	return codebook_read(view_of(wire, wire_of(text, wire)), ret_book);
}

static void names_stand_for_characters(void **state)
{
	static const struct {
		const char *name;
		enum codebook_id book;
		char c;
	} known[] = {
	    {"716lzz09.akstat.io", CODEBOOK_AKSTAT, 'a'},
	    {"a90371234.cdn.optimizely.com", CODEBOOK_CDN_OPTIMIZELY, 0},
	    {"a22151234.cdn.optimizely.com", CODEBOOK_CDN_OPTIMIZELY, '='},
	    {"03040012345.log.optimizely.com", CODEBOOK_LOG_OPTIMIZELY, 'u'},
	    {"D5IP4Pabcdefg.CloudFront.net", CODEBOOK_CLOUDFRONT, 'a'},
	    {"Prof.John.Ready.to.Fly.yoyodyne.com", CODEBOOK_YOYODYNE, 'D'},
	    {"John.Ready.to.Fly.yoyodyne.com", CODEBOOK_YOYODYNE, 0},
	    {"www.John.Fish.yoyodyne.com", CODEBOOK_YOYODYNE, 0},
	    {"716lzz0.akstat.io", CODEBOOK_AKSTAT, 0},
	    {"x.716lzz09.akstat.io", CODEBOOK_AKSTAT, 0},
	    {"716lzz09.akstat.io.example", CODEBOOK_AKSTAT, 0},
	    {"akstat.io", CODEBOOK_AKSTAT, 0},
	    {"d111111abcdef8.cloudfront.net", CODEBOOK_CLOUDFRONT, 0},
	};
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		enum codebook_id book = CODEBOOK_COUNT;
		assert_int_equal(reads(known[i].name, &book), known[i].c);
		if (known[i].c)
			assert_int_equal(book, known[i].book);
	}
}

static void every_book_has_every_character_once(void **state)
{
	for (int id = 0; id < CODEBOOK_COUNT; id++) {
		bool seen[128] = {false};
		for (unsigned w = 0; w < CODEBOOK_WORDS; w++) {
			struct view word = codebook_word((enum codebook_id)id, w);
			char name[128];
			enum codebook_id book;
			static const uint8_t tails[] = {4, 4, 5, 7, 0};
			snprintf(name, sizeof(name), "%s%.*s%.*s.%s",
			    id == CODEBOOK_YOYODYNE ? "Dr.John." : "", (int)word.len, word.p,
			    tails[id], "0123456", codebook_name((enum codebook_id)id));
			char c = reads(name, &book);
			assert_true(c > 0 && !seen[(unsigned char)c]);
			assert_int_equal(book, id);
			seen[(unsigned char)c] = true;
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_stand_for_characters),
	    cmocka_unit_test(every_book_has_every_character_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
