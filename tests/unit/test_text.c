/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <arpa/inet.h>
#include <time.h>

#include "lib/decode/rrtype.h"
#include "lib/decode/text.h"

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static bool by_libc(const char *text, uint8_t ret[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	memcpy(ret, mapped, 12);
	return inet_pton(AF_INET, text, ret + 12) == 1 || inet_pton(AF_INET6, text, ret) == 1;
}

static void addresses_are_read_as_libc_does(void **state)
{
	static const char *const seeds[] = {"192.0.2.1", "255.255.255.255", "0.0.0.0", "::", "::1",
	    "2001:db8::1", "2001:db8:0:0:0:0:0:1", "::ffff:192.0.2.1", "1:2:3:4:5:6:7:8",
	    "fe80::", "1::8", "1:2:3:4:5:6:192.0.2.33", "a:b:c:d:e:f:0:9"};
	static const char alphabet[] = "0123456789abcdefF:.:.g";
	uint64_t s = 1;
	int good = 0;
	for (int i = 0; i < 200000; i++) {
		char text[64];
		uint8_t ours[16], theirs[16];
		strcpy(text, seeds[next_random(&s) % 13]);
		for (uint64_t n = next_random(&s) % 4; n; n--) {
			size_t len = strlen(text), at = next_random(&s) % (len + 1);
			char c = alphabet[next_random(&s) % (sizeof(alphabet) - 1)];
			if (next_random(&s) % 3 == 0 && at < len) {
				memmove(text + at, text + at + 1, len - at);
			} else if (next_random(&s) & 1 && at < len) {
				text[at] = c;
			} else if (len < 60) {
				memmove(text + at + 1, text + at, len - at + 1);
				text[at] = c;
			}
		}
		bool fine = by_libc(text, theirs);
		if (text_address(view_str(text), ours) != fine)
			fail_msg("%s: libc says %d", text, fine);
		if (fine)
			assert_memory_equal(ours, theirs, 16);
		good += fine;
	}
	assert_true(good > 20000);
}

static void times_are_read_in_every_form(void **state)
{
	static const struct {
		const char *text;
		int64_t ns;
	} cases[] = {
	    {"1717747200.096671", 1717747200096671000},
	    {"1717747200", 1717747200000000000},
	    {"29.557741", 29557741000},
	    {"0", 0},
	    {"1717747200.096671123", 1717747200096671123},
	    {"1717747200.0966711239999999999", 1717747200096671123},
	    {"1.717747200096671e9", 1717747200096671000},
	    {"17177472000e-1", 1717747200000000000},
	    {"1717747200096.0", 1717747200096000000},
	    {"1717747200096671", 1717747200096671000},
	    {"2024-06-07T08:00:00.123456+0000", 1717747200123456000},
	    {"2024-06-07T10:00:00.123456+0200", 1717747200123456000},
	    {"2024-06-07T08:00:00Z", 1717747200000000000},
	    {"2024-06-07t01:30:00.5-06:30", 1717747200500000000},
	    {"2024-06-07 08:00:00", 1717747200000000000},
	    {"1970-01-01T00:00:00Z", 0},
	    {"2016-12-31T23:59:60Z", 1483228800000000000},
	    {"2024-02-29T00:00:00Z", 1709164800000000000},
	};
	static const char *const bad[] = {"", "-", "-1", "+1", "abc", "1717747200.0966x", "1e400",
	    "99999999999999999999", "18446744073709551616", ".", "1..2", "2024-13-01T00:00:00Z",
	    "2023-02-29T00:00:00Z", "2024-06-07T24:00:00Z", "2024-06-07T08:00:00.+00",
	    "2024-06-07T08:00:00+2", "2024-06-07T08:00:00 CET", "2024-06-07",
	    "1900-01-01T00:00:00Z", "2262-06-07T08:00:00Z", "0x10", " 1", "1 ", "nan", "inf", "1e",
	    "1717747200,5"};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		int64_t ns = -1;
		assert_true(text_time(view_str(cases[i].text), &ns));
		assert_int_equal(ns, cases[i].ns);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		int64_t ns = -1;
		if (text_time(view_str(bad[i]), &ns))
			fail_msg("taken: %s", bad[i]);
		assert_int_equal(ns, -1);
	}
}

static void dates_agree_with_libc(void **state)
{
	uint64_t s = 3;
	for (int i = 0; i < 20000; i++) {
		char text[40];
		time_t t = (time_t)(next_random(&s) % 9200000000ull);
		struct tm tm;
		int64_t ns;
		gmtime_r(&t, &tm);
		strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
		assert_true(text_time(view_str(text), &ns));
		assert_int_equal(ns, (int64_t)t * 1000000000);
	}
}

struct name_case {
	const char *text;
	unsigned escapes;
	const char *wire;
	size_t len;
	bool cut;
};

static void names_become_wire_form(void **state)
{
	static const struct name_case cases[] = {
	    {"www.example.com", TEXT_HEX, "\3www\7example\3com", 17, false},
	    {"www.example.com.", TEXT_HEX, "\3www\7example\3com", 17, false},
	    {"", 0, "", 1, false},
	    {".", 0, "", 1, false},
	    {"a", 0, "\1a", 3, false},
	    {"\\x00\\xffA.b", TEXT_HEX,
	        "\3\0\xff"
	        "A\1b",
	        7, false},
	    {"a\\x2eb.c", TEXT_HEX, "\3a.b\1c", 7, false},
	    {"a\\046b.c", TEXT_DECIMAL, "\3a.b\1c", 7, false},
	    {"a\\\\b", TEXT_HEX | TEXT_BACKSLASH, "\3a\\b", 5, false},
	    {"a\\\\b", TEXT_HEX, "\4a\\\\b", 6, false},
	    {"a\\qb", TEXT_HEX | TEXT_BACKSLASH, "\4a\\qb", 6, false},
	    {"a\\x4", TEXT_HEX, "\4a\\x4", 6, false},
	    {"a\\256", TEXT_DECIMAL, "\5a\\256", 7, false},
	    {"a..b", 0, "\1a\1b", 5, true},
	    {".a", 0, "\1a", 3, true},
	    {"a..", 0, "\1a", 3, true},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		uint8_t wire[TEXT_NAME_ROOM];
		bool cut;
		assert_int_equal(
		    text_name(view_str(cases[i].text), cases[i].escapes, wire, &cut), cases[i].len);
		assert_memory_equal(wire, cases[i].wire, cases[i].len);
		assert_int_equal(cut, cases[i].cut);
	}
}

/* Whatever the text, what comes out is a sound name. */
static void assert_sound(const uint8_t *wire, size_t len)
{
	size_t at = 0;
	assert_in_range(len, 1, 255);
	while (wire[at]) {
		assert_in_range(wire[at], 1, 63);
		at += 1u + wire[at];
		assert_true(at < len);
	}
	assert_int_equal(at + 1, len);
}

static void any_text_becomes_a_sound_name(void **state)
{
	uint64_t s = 5;
	for (int i = 0; i < 60000; i++) {
		static const char alphabet[] = "abc.\\x0123.";
		uint8_t wire[TEXT_NAME_ROOM];
		bool cut;
		size_t len = next_random(&s) % (i % 10 ? 320 : 2000);
		unsigned dots = next_random(&s) % 3 ? 60 : 11;
		char *text = malloc(len + 1);
		for (size_t k = 0; k < len; k++) {
			uint64_t r = next_random(&s) % dots;
			text[k] = r < 11 ? alphabet[r] : 'z';
		}
		assert_sound(wire, text_name(view_of(text, len), (unsigned)i & 7, wire, &cut));
		free(text);
	}
}

static void a_name_too_long_keeps_its_zone(void **state)
{
	char text[400] = "";
	uint8_t wire[TEXT_NAME_ROOM];
	bool cut;
	for (int i = 0; i < 30; i++)
		strcat(text, "aaaaaaaaa.");
	strcat(text, "evil.com");
	size_t len = text_name(view_str(text), 0, wire, &cut);
	assert_true(cut);
	assert_sound(wire, len);
	assert_true(len > 240);
	assert_memory_equal(wire + len - 10, "\4evil\3com", 10);
	/* 253 characters are the longest name, 254 one too many */
	memset(text, 'a', 253);
	for (int i = 63; i < 253; i += 64)
		text[i] = '.';
	assert_int_equal(text_name(view_of(text, 253), 0, wire, &cut), 255);
	assert_false(cut);
	text[253] = 'a';
	assert_sound(wire, text_name(view_of(text, 254), 0, wire, &cut));
	assert_true(cut);
	/* every byte escaped: 1008 characters, still whole */
	char escaped[1100] = "";
	for (int i = 0; i < 253; i++)
		strcat(escaped, i % 64 == 63 ? "." : "\\xfe");
	assert_int_equal(text_name(view_str(escaped), TEXT_HEX, wire, &cut), 255);
	assert_false(cut);
	/* a label too long keeps its first 63 bytes */
	memset(text, 'b', 80);
	strcpy(text + 80, ".com");
	assert_int_equal(text_name(view_str(text), 0, wire, &cut), 69);
	assert_true(cut);
}

static void types_and_codes_have_names(void **state)
{
	uint16_t type = 0;
	uint8_t rcode = 0;
	for (uint32_t i = 0; i < 65536; i++) {
		const char *name = rrtype_text((uint16_t)i);
		char text[16];
		sprintf(text, "TYPE%u", i);
		assert_true(rrtype_parse(view_str(text), &type));
		assert_int_equal(type, i);
		assert_true(rrtype_parse(view_str(text + 4), &type));
		assert_int_equal(type, i);
		if (name) {
			assert_true(rrtype_parse(view_str(name), &type));
			assert_int_equal(type, i);
		}
	}
	assert_true(rrtype_parse(view_str("*"), &type));
	assert_int_equal(type, 255);
	assert_true(rrtype_parse(view_str("aaaa"), &type));
	assert_int_equal(type, 28);
	assert_true(rrtype_parse(view_str("query-65399"), &type));
	assert_int_equal(type, 65399);
	assert_false(rrtype_parse(view_str("TYPE65536"), &type));
	assert_false(rrtype_parse(view_str(""), &type));
	assert_true(rcode_parse(view_str("NXDomain"), &rcode));
	assert_int_equal(rcode, 3);
	assert_true(rcode_parse(view_str("NOTAuth"), &rcode));
	assert_int_equal(rcode, 9);
	assert_false(rcode_parse(view_str("255"), &rcode));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(addresses_are_read_as_libc_does),
	    cmocka_unit_test(times_are_read_in_every_form),
	    cmocka_unit_test(dates_agree_with_libc),
	    cmocka_unit_test(names_become_wire_form),
	    cmocka_unit_test(any_text_becomes_a_sound_name),
	    cmocka_unit_test(a_name_too_long_keeps_its_zone),
	    cmocka_unit_test(types_and_codes_have_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
