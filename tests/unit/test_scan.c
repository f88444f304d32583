/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/track/scan.h"

/* Every label length that a block boundary can fall on, with every byte value inside, against the
 * definition; the name is an exact heap copy, so that a sanitizer sees a read behind it. */
static void lower_case_is_that_of_ascii_at_every_length(void **state)
{
	uint8_t value = 0;
	for (size_t total = 1; total <= NAME_WIRE_MAX; total++) {
		if (total == 2)
			continue; /* no name has two bytes */
		uint8_t *wire = malloc(total);
		size_t left = total - 1;
		size_t at = 0;
		while (left > 0) {
			size_t len = left > 65 ? 63 : left == 65 ? 62 : left - 1;
			wire[at++] = (uint8_t)len;
			for (size_t i = 0; i < len; i++)
				wire[at++] = value++;
			left -= len + 1;
		}
		wire[at] = 0;
		struct name_scan s;
		scan_name(&s, wire, total);
		assert_int_equal(s.len, total);
		for (size_t i = 0; i < total; i++) {
			uint8_t c = wire[i];
			assert_int_equal(s.lower[i], c >= 'A' && c <= 'Z' ? c + 32 : c);
		}
		free(wire);
	}
}

static void labels_are_found(void **state)
{
	static const uint8_t wire[] = "\3wWw\7ExamPle\3org";
	struct name_scan s;
	scan_name(&s, wire, sizeof(wire));
	assert_int_equal(s.n_labels, 3);
	assert_int_equal(scan_at(&s, 0), 0);
	assert_int_equal(scan_at(&s, 1), 4);
	assert_int_equal(scan_at(&s, 2), 12);
	assert_int_equal(scan_at(&s, 3), 16);
	scan_name(&s, (const uint8_t *)"", 1);
	assert_int_equal(s.n_labels, 0);
	assert_int_equal(scan_at(&s, 0), 0);
}

static void a_name_can_have_127_labels(void **state)
{
	uint8_t wire[NAME_WIRE_MAX] = {0};
	for (int i = 0; i < NAME_LABELS_MAX; i++) {
		wire[2 * i] = 1;
		wire[2 * i + 1] = 'x';
	}
	struct name_scan s;
	scan_name(&s, wire, sizeof(wire));
	assert_int_equal(s.n_labels, NAME_LABELS_MAX);
	assert_int_equal(scan_at(&s, NAME_LABELS_MAX), NAME_WIRE_MAX - 1);
	struct name_classes c = scan_classes(&s, wire, 0, NAME_LABELS_MAX);
	assert_int_equal(c.letters, NAME_LABELS_MAX);
	assert_int_equal(classes_total(&c), NAME_LABELS_MAX);
}

static void characters_are_counted_by_kind_and_by_label(void **state)
{
	/* A label of 48 bytes has the length byte '0', one of 45 has '-': no characters. */
	static const uint8_t wire[] = "\60aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	                              "\55bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
	                              "\15G0f-_.\1\x7f\xc3\xa4 ~Z"
	                              "\2de";
	struct name_scan s;
	scan_name(&s, wire, sizeof(wire));
	struct name_classes c = scan_classes(&s, wire, 0, 2);
	assert_int_equal(c.letters, 93);
	assert_int_equal(c.hex, 93);
	assert_int_equal(classes_total(&c), 93);
	c = scan_classes(&s, wire, 2, 3);
	assert_int_equal(c.letters, 3);
	assert_int_equal(c.upper, 2);
	assert_int_equal(c.digits, 1);
	assert_int_equal(c.hex, 2);
	assert_int_equal(c.dashes, 2);
	assert_int_equal(c.other, 3);
	assert_int_equal(c.control, 2);
	assert_int_equal(c.high, 2);
	assert_int_equal(classes_total(&c), 13);
	c = scan_classes(&s, wire, 4, 4);
	assert_int_equal(classes_total(&c), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lower_case_is_that_of_ascii_at_every_length),
	    cmocka_unit_test(labels_are_found),
	    cmocka_unit_test(a_name_can_have_127_labels),
	    cmocka_unit_test(characters_are_counted_by_kind_and_by_label),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
