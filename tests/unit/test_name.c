/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/unit/packets.h"

#define HEADER "\0\0\0\0\0\0\0\0\0\0\0\0"

static bool reads(const char *bytes, size_t len, size_t at, const char *want, size_t want_next)
{
	uint8_t name[NAME_WIRE_MAX], *exact = malloc(len);
	char text[NAME_TEXT_MAX];
	size_t name_len, next;
	memcpy(exact, bytes, len); /* a read past the end is seen by the sanitizer */
	bool ok = name_read(view_of(exact, len), at, name, &name_len, &next);
	if (ok) {
		name_print(name, text);
		assert_string_equal(text, want);
		assert_int_equal(next, want_next);
	}
	free(exact);
	return ok;
}
#define READS(bytes, at, want, next) reads(bytes, sizeof(bytes) - 1, at, want, next)

static void pointers_lead_backwards(void **state)
{
	assert_true(READS(HEADER "\3www\2de\0", 12, "www.de", 20));
	assert_true(READS(HEADER "\2de\0\3www\300\14", 16, "www.de", 22));
	assert_true(READS(HEADER "\2de\0\1b\300\14\1a\300\20", 20, "a.b.de", 24));
	assert_true(READS(HEADER "\0", 12, ".", 13));
}

static void hostile_names_are_refused(void **state)
{
	assert_false(READS(HEADER "\300\14", 12, "", 0));          /* to itself */
	assert_false(READS(HEADER "\1a\300\14", 12, "", 0));       /* into its own labels */
	assert_false(READS(HEADER "\300\20\0\0\1a\0", 12, "", 0)); /* forward */
	assert_false(READS(HEADER "\2de\0\300\0", 16, "", 0));     /* into the header */
	assert_false(READS(HEADER "\3ww", 12, "", 0));             /* label cut */
	assert_false(READS(HEADER "\3www", 12, "", 0));            /* root missing */
	assert_false(READS(HEADER "\2de\0\300", 16, "", 0));       /* pointer cut */
	assert_false(READS(HEADER "\100abc\0", 12, "", 0));        /* label type 01 */
	assert_false(READS(HEADER "\200abc\0", 12, "", 0));        /* label type 10 */
	assert_false(READS(HEADER, 12, "", 0));
}

/* n labels of one byte, each behind the other by pointer. */
static bool reads_chain(unsigned n)
{
	struct buf *b = buf_new();
	PUT(b, HEADER);
	size_t prev = b->n, len, next;
	uint8_t name[NAME_WIRE_MAX];
	put8(b, 0);
	for (unsigned i = 0; i < n; i++) {
		size_t at = b->n;
		PUT(b, "\1x");
		put16(b, 0xc000 | (unsigned)prev);
		prev = at;
	}
	bool ok = name_read(view_of(b->p, b->n), prev, name, &len, &next);
	free(b);
	return ok;
}

static void length_and_jumps_are_bounded(void **state)
{
	assert_true(reads_chain(127)); /* 255 bytes: the longest name there is */
	assert_false(reads_chain(128));

	/* Pointers to pointers cost jumps without adding labels. */
	struct buf *b = buf_new();
	PUT(b, HEADER "\0");
	for (unsigned i = 0, to = 12; i <= NAME_HOPS_MAX; i++) {
		unsigned at = (unsigned)b->n;
		put16(b, 0xc000 | to);
		to = at;
	}
	uint8_t name[NAME_WIRE_MAX];
	size_t len, next;
	assert_true(name_read(view_of(b->p, b->n), b->n - 4, name, &len, &next));
	assert_false(name_read(view_of(b->p, b->n), b->n - 2, name, &len, &next));
	free(b);
}

static void spans_agree_with_reading(void **state)
{
	struct buf *b = buf_new();
	PUT(b, HEADER);
	for (int i = 0; i < 4; i++) {
		put8(b, 62);
		b->n += 62;
	}
	put8(b, 0); /* 253 bytes */
	assert_int_equal(name_span(b->p + 12, b->n - 12), 253);
	assert_int_equal(name_skip(view_of(b->p, b->n), 12), b->n);
	assert_int_equal(name_span(b->p + 12, b->n - 13), 0);
	assert_int_equal(name_skip(view_of(b->p, b->n - 1), 12), 0);
	b->n--;
	PUT(b, "\3abc");
	put8(b, 0); /* 257: too long, but its end can be kept */
	size_t keep;
	assert_int_equal(name_span(b->p + 12, b->n - 12), 0);
	assert_int_equal(name_span_long(b->p + 12, b->n - 12, &keep), 257);
	assert_int_equal(keep, 63);
	free(b);
}

static void text_and_wire_are_inverse(void **state)
{
	static const char *const same[] = {"www.example.com", "a\\.b.de", "\\\\.x", "\\000\\255.z",
	    "_dmarc.x", "sp\\032ace", ".", "xn--nxasmq6b", "a;b.c"};
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		uint8_t wire[NAME_WIRE_MAX];
		char text[NAME_TEXT_MAX];
		size_t len;
		assert_true(name_from_text(view_str(same[i]), wire, &len));
		assert_int_equal(name_span(wire, len), len);
		assert_int_equal(name_print(wire, text), strlen(same[i]));
		assert_string_equal(text, same[i]);
	}
	uint8_t wire[NAME_WIRE_MAX];
	size_t len;
	assert_true(name_from_text(view_str("a.b."), wire, &len));
	assert_int_equal(len, 5);
	assert_true(name_from_text(view_str("\\097.b"), wire, &len));
	assert_int_equal(wire[1], 'a');
}

static void bad_text_is_refused(void **state)
{
	static const char *const bad[] = {
	    "", "..", ".a", "a..b", "a..", "\\", "a\\", "\\25", "\\256", "\\2x5"};
	uint8_t wire[NAME_WIRE_MAX];
	size_t len = 77;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(name_from_text(view_str(bad[i]), wire, &len));
	char text[600];
	memset(text, 'a', sizeof(text));
	assert_true(name_from_text(view_of(text, 63), wire, &len));
	len = 77;
	assert_false(name_from_text(view_of(text, 64), wire, &len));
	for (size_t i = 63; i < sizeof(text); i += 64)
		text[i] = '.';
	assert_false(name_from_text(view_of(text, 64 * 4 - 1), wire, &len)); /* 257 */
	assert_int_equal(len, 77);
	assert_true(name_from_text(view_of(text, 64 * 3 + 61), wire, &len)); /* 255 */
	assert_int_equal(len, 255);
	len = 77;
	assert_false(name_from_text(view_of(text, 64 * 3 + 62), wire, &len));
	assert_int_equal(len, 77);
}

static void the_longest_text_fits(void **state)
{
	uint8_t wire[NAME_WIRE_MAX] = {0};
	char text[NAME_TEXT_MAX];
	static const uint8_t lengths[] = {63, 63, 63, 61};
	size_t at = 0;
	for (size_t i = 0; i < 4; at += 1u + lengths[i], i++)
		wire[at] = lengths[i];
	assert_int_equal(name_print(wire, text), 250 * 4 + 3);
}

static void ancestors_are_whole_labels(void **state)
{
	static const uint8_t name[] = "\3www\7exAmple\3com", parent[] = "\7EXample\3com",
	                     tail[] = "\4mple\3com";
	assert_true(name_is_below(name, sizeof(name), parent, sizeof(parent)));
	assert_true(name_is_below(name, sizeof(name), name, sizeof(name)));
	assert_true(name_is_below(name, sizeof(name), (const uint8_t *)"", 1));
	assert_false(name_is_below(name, sizeof(name), tail, sizeof(tail)));
	assert_false(name_is_below(parent, sizeof(parent), name, sizeof(name)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pointers_lead_backwards),
	    cmocka_unit_test(hostile_names_are_refused),
	    cmocka_unit_test(length_and_jumps_are_bounded),
	    cmocka_unit_test(spans_agree_with_reading),
	    cmocka_unit_test(text_and_wire_are_inverse),
	    cmocka_unit_test(bad_text_is_refused),
	    cmocka_unit_test(the_longest_text_fits),
	    cmocka_unit_test(ancestors_are_whole_labels),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
