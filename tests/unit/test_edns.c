/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/decode/edns.h"
#include "tests/unit/packets.h"

static const uint8_t qname[] = "\1a\2de";

static size_t weigh_way(bool to_server, unsigned code, const void *p, size_t len)
{
	struct edns_context ctx = {.to_server = to_server, .qname = view_of(qname, sizeof(qname))};
	struct buf *b = buf_new();
	size_t extra = 0;
	put16(b, code);
	put16(b, (unsigned)len);
	put(b, p, len);
	assert_true(edns_weigh(view_of(b->p, b->n), &ctx, &extra));
	free(b);
	return extra;
}
#define UP(code, s) weigh_way(true, code, s, sizeof(s) - 1)
#define DOWN(code, s) weigh_way(false, code, s, sizeof(s) - 1)

static void published_shapes_weigh_nothing(void **state)
{
	assert_int_equal(UP(3, ""), 0);
	assert_int_equal(DOWN(3, "ns1.example"), 0);
	assert_int_equal(UP(8, "\0\1\30\0\12\1\2"), 0);
	assert_int_equal(UP(8, "\0\2\70\0\40\1\15\270\0\0\0"), 0);
	assert_int_equal(UP(10, "12345678"), 0);
	assert_int_equal(UP(10, "1234567890123456"), 0);
	assert_int_equal(UP(11, ""), 0);
	assert_int_equal(DOWN(11, "\0\144"), 0);
	assert_int_equal(UP(12, "\0\0\0\0\0\0\0\0"), 0);
	assert_int_equal(UP(13, "\2de\0"), 0);
	assert_int_equal(DOWN(15, "\0\6bogus"), 0);
	assert_int_equal(UP(65001, "\2\0\0\0\0\1"), 0);
}

static void what_exceeds_them_weighs_in_full(void **state)
{
	assert_int_equal(UP(3, "data"), 4);
	assert_int_equal(UP(8, "\0\1\31\0\12\1\2\377"), 8); /* bits beyond the prefix */
	assert_int_equal(UP(8, "\0\1\30\0\12\1\2\3"), 8);   /* bytes beyond it */
	assert_int_equal(UP(8, "\0\1\30\30\12\1\2"), 7);    /* a scope in a query */
	assert_int_equal(UP(8, "\0\5\30\0\12\1\2"), 7);     /* no such family */
	assert_int_equal(UP(10, "123456789"), 9);
	assert_int_equal(UP(10, "12345678901234567890123456789012345678901"), 41);
	assert_int_equal(UP(12, "\0\0secret\0\0"), 10);
	assert_int_equal(UP(13, "\4evil\0"), 6);
	assert_int_equal(UP(15, "\0\6bogus"), 7);
	assert_int_equal(UP(65001, "seven77"), 7);
	assert_int_equal(UP(4711, "?"), 1);
	assert_int_equal(UP(4711, ""), 4); /* the code itself says something */
}

static void an_option_past_the_end_is_told(void **state)
{
	struct edns_context ctx = {.to_server = true};
	size_t extra = 0;
	assert_false(edns_weigh(view_of("\0\3\0\0\0\14\0\11zzz", 11), &ctx, &extra));
	assert_int_equal(extra, 7);
	assert_false(edns_weigh(view_of("\0\3\0", 3), &ctx, &extra));
	assert_int_equal(extra, 3);
	assert_true(edns_weigh(view_of(NULL, 0), &ctx, &extra));
	assert_int_equal(extra, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(published_shapes_weigh_nothing),
	    cmocka_unit_test(what_exceeds_them_weighs_in_full),
	    cmocka_unit_test(an_option_past_the_end_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
