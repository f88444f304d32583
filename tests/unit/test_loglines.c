/* SPDX-License-Identifier: ISC */
#include "tests/unit/capture_build.h"

#include "app/capture/loglines.h"

static void chunks_end_where_lines_end(void **state)
{
	struct view text = view_str("one\ntwo\nthree");
	assert_int_equal(loglines_cut(text, 100), 8);
	assert_int_equal(loglines_cut(text, 8), 8);
	assert_int_equal(loglines_cut(text, 7), 4);
	assert_int_equal(loglines_cut(text, 2), 4); /* one longer line */
	assert_int_equal(loglines_cut(view_str("three"), 100), 0);
	assert_int_equal(loglines_cut(view_str(""), 100), 0);
}

static void cr_lf_becomes_lf_and_other_cr_stay(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
	    {"a\r\nb\r\n", "a\nb\n"},
	    {"a\nb\n", "a\nb\n"},
	    {"a\rb\r\r\nc\n", "a\rb\r\nc\n"},
	    {"\r\n\r\n", "\n\n"},
	    {"a\r", "a\r"},
	    {"", ""},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char buf[32];
		strcpy(buf, cases[i].in);
		size_t n = loglines_strip_cr((uint8_t *)buf, strlen(buf));
		assert_int_equal(n, strlen(cases[i].out));
		assert_memory_equal(buf, cases[i].out, n);
	}
}

static void comments_are_lines_that_begin_so(void **state)
{
	assert_int_equal(loglines_before_comment(view_str("a#b\nc\t#\n#close\n")), 8);
	assert_int_equal(loglines_before_comment(view_str("#fields\n")), 0);
	assert_int_equal(loglines_before_comment(view_str("a#\n")), 3);
}

static void expect_header(struct log_header *h, const char *want)
{
	assert_int_equal(h->len, strlen(want));
	assert_memory_equal(h->text, want, h->len);
}

static void the_header_holds_one_line_of_a_kind(void **state)
{
	static struct log_header h;
	assert_true(loglines_header_add(&h, view_str("#separator \\x09")));
	assert_true(loglines_header_add(&h, view_str("#path\tdns")));
	assert_true(loglines_header_add(&h, view_str("#fields\tts\tuid")));
	assert_true(loglines_header_add(&h, view_str("#types\ttime\tstring")));
	assert_true(loglines_header_add(&h, view_str("#fields\tts\tquery")));
	assert_true(loglines_header_add(&h, view_str("#close\t2026-01-01")));
	expect_header(
	    &h, "#separator \\x09\n#path\tdns\n#types\ttime\tstring\n#fields\tts\tquery\n");
	assert_true(loglines_header_add(&h, view_str("#separator ,")));
	expect_header(&h, "#separator ,\n");
}

static void a_header_does_not_grow_beyond_its_room(void **state)
{
	static struct log_header h;
	static char line[SLOT_HEADER_BYTES + 1];
	memset(line, 'x', sizeof(line) - 1);
	memcpy(line, "#a\t", 3);
	assert_false(loglines_header_add(&h, view_of(line, sizeof(line) - 1)));
	assert_true(loglines_header_add(&h, view_of(line, sizeof(line) - 2)));
	assert_false(loglines_header_add(&h, view_str("#b")));
	assert_true(loglines_header_add(&h, view_str("#a")));
	expect_header(&h, "#a\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(chunks_end_where_lines_end),
	    cmocka_unit_test(cr_lf_becomes_lf_and_other_cr_stay),
	    cmocka_unit_test(comments_are_lines_that_begin_so),
	    cmocka_unit_test(the_header_holds_one_line_of_a_kind),
	    cmocka_unit_test(a_header_does_not_grow_beyond_its_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
