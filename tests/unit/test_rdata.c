/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/decode/rdata.h"
#include "tests/unit/packets.h"

/* A header, then the name "de" at offset 12, then rdata at 16. */
static struct buf *message(const void *rdata, size_t len)
{
	struct buf *b = buf_new();
	put_header(b, 0, 0, 0, 0, 0);
	put_name(b, "de");
	put(b, rdata, len);
	return b;
}

static bool expand(unsigned type, const void *rdata, size_t len, size_t cap, struct view want)
{
	struct buf *b = message(rdata, len);
	uint8_t *out = malloc(cap);
	size_t n = 0;
	bool ok = rdata_expand(view_of(b->p, b->n), 16, len, (uint16_t)type, out, cap, &n);
	if (ok) {
		assert_int_equal(n, want.len);
		assert_memory_equal(out, want.p, n);
	}
	free(out);
	free(b);
	return ok;
}
#define EXPANDS(type, s, want) expand(type, s, sizeof(s) - 1, 2000, view_of(want, sizeof(want) - 1))

static void each_shape_is_expanded(void **state)
{
	assert_true(EXPANDS(5, "\1a\300\14", "\1a\2de\0"));
	assert_true(EXPANDS(2, "\300\14", "\2de\0"));
	assert_true(EXPANDS(15, "\0\5\300\14", "\0\5\2de\0"));
	assert_true(EXPANDS(33, "\0\1\0\2\0\3\300\14", "\0\1\0\2\0\3\2de\0"));
	assert_true(EXPANDS(17, "\300\14\1t\300\14", "\2de\0\1t\2de\0"));
	assert_true(EXPANDS(26, "\0\1\300\14\300\14", "\0\1\2de\0\2de\0"));
	assert_true(
	    EXPANDS(6, "\300\14\300\14aaaabbbbccccddddeeee", "\2de\0\2de\0aaaabbbbccccddddeeee"));
	assert_true(EXPANDS(65, "\0\1\0params", "\0\1\0params"));
	/* What follows the name of a CNAME is kept: it was carried. */
	assert_true(EXPANDS(5, "\300\14hidden", "\2de\0hidden"));
}

static void the_question_which_types_hold_names_has_one_answer(void **state)
{
	/* Types the mask names expand a pointer; the others have no business here. */
	static const uint8_t with[] = {
	    2, 3, 4, 5, 6, 7, 8, 9, 12, 14, 15, 17, 18, 21, 26, 33, 36, 39, 64, 65};
	size_t at = 0;
	for (unsigned type = 0; type < 300; type++) {
		bool expected = at < sizeof(with) && with[at] == type;
		at += expected;
		assert_int_equal(rdata_has_names((uint16_t)type), expected);
	}
	assert_int_equal(at, sizeof(with));
}

static void names_may_not_leave_the_rdata(void **state)
{
	struct buf *b = message("\3ab", 3);
	uint8_t out[600];
	size_t n;
	PUT(b, "c\0");
	assert_false(rdata_expand(view_of(b->p, b->n), 16, 3, 5, out, sizeof(out), &n));
	assert_true(rdata_expand(view_of(b->p, b->n), 16, 5, 5, out, sizeof(out), &n));
	assert_false(rdata_expand(view_of(b->p, b->n), 16, 1, 15, out, sizeof(out), &n));
	assert_false(rdata_expand(view_of(b->p, b->n), 16, 0, 5, out, sizeof(out), &n));
	free(b);
	assert_false(EXPANDS(5, "\300\20", "")); /* to itself */
}

static void too_little_room_is_refused(void **state)
{
	static char big[900] = "\0";
	assert_true(expand(5, big, sizeof(big), sizeof(big), view_of(big, sizeof(big))));
	assert_false(expand(5, big, sizeof(big), sizeof(big) - 1, view_of(big, 0)));
	assert_false(expand(6, "\300\14\300\14", 4, 509, view_of(big, 0)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(each_shape_is_expanded),
	    cmocka_unit_test(the_question_which_types_hold_names_has_one_answer),
	    cmocka_unit_test(names_may_not_leave_the_rdata),
	    cmocka_unit_test(too_little_room_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
