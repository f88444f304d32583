/* SPDX-License-Identifier: ISC
 *
 * The expected texts were made by big numbers of another language. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/codec/groups.h"

static const struct {
	enum groups_id id;
	const char *text, *sized; /* of the bytes below, and their number as a group */
} known[] = {
    {GROUPS_BASE63, "aet3GPDhCrexe5fx8S5ir", "aZ6UQZW"},
    {GROUPS_BASE37, "acf70poe3z0cvvcxhe85w7", "az-xjgndnmq"},
    {GROUPS_BASE87, "!>IE?EhHH}-M+`%", "%Rfoi"},
};
#define BYTES "\0\xffHello, DNS"

static void texts_are_those_of_another_writer(void **state)
{
	struct view bytes = view_of(BYTES, sizeof(BYTES) - 1);
	char text[64];
	uint8_t back[64];
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		const struct groups *g = groups_of(known[i].id);
		ptrdiff_t n = groups_encode(g, bytes, text, sizeof(text));
		assert_int_equal(n, strlen(known[i].text));
		assert_memory_equal(text, known[i].text, (size_t)n);
		assert_true(groups_decode(g, view_of(text, (size_t)n), back, sizeof(back)) >=
		            (ptrdiff_t)bytes.len);
		assert_memory_equal(back, BYTES, bytes.len);
	}
}

static void a_marked_text_has_exactly_its_bytes(void **state)
{
	char text[64];
	uint8_t back[64];
	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(known[i].sized), m = strlen(known[i].text);
		text[0] = i ? 'H' : 'b';
		memcpy(text + 1, known[i].sized, n);
		memcpy(text + 1 + n, known[i].text, m);
		struct view v = view_of(text, 1 + n + m);
		assert_int_equal(groups_decode_marked(v, back, sizeof(back)), sizeof(BYTES) - 1);
		assert_memory_equal(back, BYTES, sizeof(BYTES) - 1);
		assert_int_equal(groups_decode_marked(v, back, 5), -ENOSPC);
		v.len--;
		assert_int_equal(groups_decode_marked(v, back, sizeof(back)), -EINVAL);
	}
	assert_int_equal(groups_decode_marked(view_str("aIEIG"), back, sizeof(back)), 2);
	assert_memory_equal(back, "\x48\x68", 2);
	assert_int_equal(groups_decode_marked(view_str("xieag"), back, sizeof(back)), -EINVAL);
	assert_int_equal(groups_decode_marked(view_str(""), back, sizeof(back)), -EINVAL);
}

static void groups_that_no_bytes_make_are_refused(void **state)
{
	uint8_t back[64];
	assert_int_equal(
	    groups_decode(groups_of(GROUPS_BASE63), view_str("-------"), back, 64), -EINVAL);
	assert_int_equal(
	    groups_decode(groups_of(GROUPS_BASE87), view_str("}}}}}"), back, 64), -EINVAL);
	assert_int_equal(
	    groups_decode(groups_of(GROUPS_BASE63), view_str("aaaaaa"), back, 64), -EINVAL);
	assert_int_equal(
	    groups_decode(groups_of(GROUPS_BASE63), view_str("aaa aaa"), back, 64), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(texts_are_those_of_another_writer),
	    cmocka_unit_test(a_marked_text_has_exactly_its_bytes),
	    cmocka_unit_test(groups_that_no_bytes_make_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
