/* SPDX-License-Identifier: ISC */
#include "tests/unit/capture_build.h"

#include "app/capture/detect.h"

static void formats_are_told_from_their_first_bytes(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		enum detect detect;
		enum capture_format format;
	} cases[] = {
	    {"\xd4\xc3\xb2\xa1", 4, DETECT_FOUND, FORMAT_PCAP},
	    {"\xa1\xb2\xc3\xd4", 4, DETECT_FOUND, FORMAT_PCAP},
	    {"\x4d\x3c\xb2\xa1", 4, DETECT_FOUND, FORMAT_PCAP},
	    {"\xa1\xb2\xcd\x34", 4, DETECT_FOUND, FORMAT_PCAP},
	    {"\n\r\r\n", 4, DETECT_FOUND, FORMAT_PCAPNG},
	    {"\0\0\0\0\0\0\0\x22\0\0\0\2", 12, DETECT_FOUND, FORMAT_DNSTAP},
	    {"\0\0\0\0\0\0\0\x22\0\0\0\7", 12, DETECT_UNKNOWN, 0},
	    {"#separator \\x09\n", 16, DETECT_FOUND, FORMAT_ZEEK_TSV},
	    {"#fields\tts", 10, DETECT_FOUND, FORMAT_ZEEK_TSV},
	    {"# a comment\n", 12, DETECT_UNKNOWN, 0},
	    {"#!/bin/sh\n", 10, DETECT_UNKNOWN, 0},
	    {"{\"ts\":1}", 8, DETECT_FOUND, FORMAT_JSON_LINES},
	    {"\xef\xbb\xbf{ \"ts\":1}", 12, DETECT_FOUND, FORMAT_JSON_LINES},
	    {"\r\n\n {}\n", 7, DETECT_FOUND, FORMAT_JSON_LINES},
	    {"{\n  \"pretty\": 1}", 16, DETECT_UNKNOWN, 0},
	    {"[{\"a\":1}]", 9, DETECT_UNKNOWN, 0},
	    {"GIF89a", 6, DETECT_UNKNOWN, 0},
	    {"\0\0\0\0\0\0\0\0\0\0\0\0\0", 13, DETECT_UNKNOWN, 0},
	    {"", 0, DETECT_UNKNOWN, 0},
	    {"{", 1, DETECT_UNKNOWN, 0},
	    {"{}", 2, DETECT_FOUND, FORMAT_JSON_LINES},
	    {"abc", 3, DETECT_UNKNOWN, 0},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum capture_format format = FORMAT_AUTO;
		enum detect d = detect_format(view_of(cases[i].bytes, cases[i].len), true, &format);
		assert_int_equal(d, cases[i].detect);
		if (d == DETECT_FOUND)
			assert_int_equal(format, cases[i].format);
	}
}

static void a_beginning_is_not_judged_too_early(void **state)
{
	static const char *const texts[] = {"#separator \\x09", "{\"ts\":1}", "#fields\tts",
	    "\xef\xbb\xbf{\"ts\":1}", "   \n {\"x\":1}"};
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		enum capture_format format = FORMAT_AUTO;
		enum detect d = DETECT_MORE;
		for (size_t n = 0; n <= strlen(texts[i]) && d == DETECT_MORE; n++)
			d = detect_format(view_of(texts[i], n), false, &format);
		assert_int_equal(d, DETECT_FOUND);
	}
}

static void a_decision_never_takes_more_than_its_bytes(void **state)
{
	static uint8_t spaces[DETECT_BYTES];
	memset(spaces, ' ', sizeof(spaces));
	enum capture_format format;
	assert_int_equal(
	    detect_format(view_of(spaces, sizeof(spaces)), false, &format), DETECT_UNKNOWN);
}

static void compression_is_told_from_its_magic(void **state)
{
	assert_int_equal(detect_compression(view_of("\x1f\x8b\x08\0", 4)), COMPRESSION_GZIP);
	assert_int_equal(detect_compression(view_of("\x28\xb5\x2f\xfd", 4)), COMPRESSION_ZSTD);
	assert_int_equal(detect_compression(view_of("\x5e\x2a\x4d\x18", 4)), COMPRESSION_ZSTD);
	assert_int_equal(detect_compression(view_of("\x1f\x8b", 2)), COMPRESSION_NONE);
	assert_int_equal(detect_compression(view_of("", 0)), COMPRESSION_NONE);
}

static void names_of_formats_round_trip(void **state)
{
	for (int i = 0; i < FORMAT_COUNT; i++)
		assert_int_equal(detect_format_named(detect_format_name(i)), i);
	assert_int_equal(detect_format_named("csv"), FORMAT_COUNT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(formats_are_told_from_their_first_bytes),
	    cmocka_unit_test(a_beginning_is_not_judged_too_early),
	    cmocka_unit_test(a_decision_never_takes_more_than_its_bytes),
	    cmocka_unit_test(compression_is_told_from_its_magic),
	    cmocka_unit_test(names_of_formats_round_trip),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
