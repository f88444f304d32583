/* SPDX-License-Identifier: ISC
 *
 * The scanner against jansson: thousands of lines, made by mutation from a few good ones, must be
 * taken or refused alike, and their strings must come out equal. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <jansson.h>

#include "lib/decode/json.h"
#include "lib/decode/scan.h"

static struct json_value last_of(struct view line, const char *name, bool *ret_found)
{
	struct json j = json_over(line);
	struct json_text key;
	struct json_value v = {0}, found = {0};
	*ret_found = false;
	json_enter(&j, '{');
	while (json_key(&j, &key)) {
		char plain[64];
		size_t n = json_unescape(key.raw, (uint8_t *)plain, sizeof(plain), NULL);
		if (json_value(&j, &v) && n == strlen(name) && memcmp(plain, name, n) == 0) {
			found = v;
			*ret_found = true;
		}
	}
	return found;
}

static bool accepts(struct view line, uint8_t *ret_error)
{
	struct json j = json_over(line);
	struct json_text key;
	struct json_value v;
	json_enter(&j, '{');
	while (json_key(&j, &key))
		json_value(&j, &v);
	bool fine = json_end(&j);
	*ret_error = j.error;
	return fine;
}

/* Where we mean to differ: numbers of any size, and NUL in keys too. */
static bool is_intended(const json_error_t *why)
{
	enum json_error_code code = json_error_code(why);
	return code == json_error_numeric_overflow || code == json_error_null_byte_in_key;
}

static void check_strings(struct view line, json_t *root)
{
	const char *name;
	json_t *value;
	json_object_foreach(root, name, value)
	{
		uint8_t plain[8192];
		bool found, cut;
		struct json_value v = last_of(line, name, &found);
		if (strlen(name) >= 64)
			continue;
		assert_true(found);
		if (!json_is_string(value))
			continue;
		assert_int_equal(v.type, JV_STRING);
		size_t n = json_unescape(v.raw, plain, sizeof(plain), &cut);
		assert_false(cut);
		assert_int_equal(n, json_string_length(value));
		assert_memory_equal(plain, json_string_value(value), n);
	}
}

/* One line judged by both; 1 when it was taken. */
static int compare(struct view line)
{
	json_error_t why;
	uint8_t error;
	bool ours = accepts(line, &error);
	json_t *root = json_loadb((const char *)line.p, line.len, JSON_ALLOW_NUL, &why);
	if (root && !json_is_object(root)) {
		/* objects only */
		assert_false(ours);
		json_decref(root);
		return 0;
	}
	/* jansson 2.14 passes over a NUL byte that follows a number. */
	bool nul = line.len && memchr(line.p, 0, line.len);
	if (ours != (root != NULL) && !(ours && is_intended(&why)) && !(root && nul)) {
		print_error("ours %d, jansson says %s: %.*s\n", ours, root ? "fine" : why.text,
		    (int)line.len, (const char *)line.p);
		fail();
	}
	if (!ours)
		assert_int_not_equal(error, JSON_FINE);
	if (root && ours)
		check_strings(line, root);
	json_decref(root);
	return ours;
}

static const char *const seeds[] = {
    "{\"ts\":1717747200.096671,\"uid\":\"CjHM\",\"id.orig_h\":\"10.20.128.15\",\"id.orig_p\":4,"
    "\"proto\":\"udp\",\"query\":\"mail.example.net\",\"AA\":false,\"RD\":true,\"Z\":null,"
    "\"answers\":[\"a.example\",\"192.0.2.1\"],\"TTLs\":[300.0,-1e+5]}",
    "{\"timestamp\":\"2024-06-07T08:00:00.007033+0000\",\"event_type\":\"dns\",\"dns\":{\"type\":"
    "\"answer\",\"answers\":[{\"rrname\":\"x\",\"ttl\":30},{\"rdata\":{}}],\"grouped\":{\"A\":[]}}"
    "}",
    " { \"a\" : [ 1 , 0.5 , -0 , 1e5 , 1E-7 ] , \"b\" : { } , \"c\" : [ [ ] , [ { } ] ] } \r\n",
    "{\"e\":\"\\\"\\\\\\/"
    "\\b\\f\\n\\r\\t\\u0041\\u00e9\\u20ac\\ud83d\\ude00\\u0000\",\"\\u0071\":\"q\"}",
    "{\"u\":\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80 and a text longer than sixteen bytes\",\"d\":1,"
    "\"d\":\"twice\"}",
    "{}",
    "{\"\":\"\"}",
    "[{\"a\":1}]",
    "{\"x\":123456789012345678901234567890,\"y\":1e999}",
};

static const char *const pieces[] = {"\"", "\\", "{", "}", "[", "]", ",", ":", "\\u", "\\ud83d",
    "\\ude00", "\\u0000", "0", "1", "-", ".", "e", "E", "+", "true", "false", "null", "nul", " ",
    "\t", "\n", "\x01", "\x1f", "\x7f", "\x80", "\xc0\x80", "\xc3\xa9", "\xed\xa0\x80",
    "\xe0\x80\x80", "\xf4\x90\x80\x80", "\xf0\x9f\x98\x80", "\xff", "\"k\":", "\"k\":1,", "[[",
    "]]", "{\"n\":", "00"};

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

static size_t mutate(uint8_t *line, size_t len, size_t room, uint64_t *s)
{
	size_t at = next_random(s) % (len + 1);
	const char *piece = pieces[next_random(s) % (sizeof(pieces) / sizeof(pieces[0]))];
	size_t n = strlen(piece), cut = next_random(s) % 4;
	switch (next_random(s) % 5) {
	case 0: /* put in */
	case 1:
		if (len + n > room)
			return len;
		memmove(line + at + n, line + at, len - at);
		memcpy(line + at, piece, n);
		return len + n;
	case 2: /* take out */
		cut = cut < len - at ? cut : len - at;
		memmove(line + at, line + at + cut, len - at - cut);
		return len - cut;
	case 3: /* put over */
		n = n < len - at ? n : len - at;
		memcpy(line + at, piece, n);
		return len;
	default: /* one bit */
		if (at < len)
			line[at] ^= (uint8_t)(1u << (next_random(s) % 8));
		return len;
	}
}

static void lines_are_judged_as_jansson_does(void **state)
{
	uint64_t s = 20240607;
	int taken = 0, refused = 0;
	for (int i = 0; i < 30000; i++) {
		uint8_t buf[1024];
		const char *seed = seeds[next_random(&s) % (sizeof(seeds) / sizeof(seeds[0]))];
		size_t len = strlen(seed), changes = next_random(&s) % 4;
		memcpy(buf, seed, len);
		while (changes--)
			len = mutate(buf, len, sizeof(buf), &s);
		/* An exact copy: the sanitizer sees a read past the line. */
		uint8_t *line = malloc(len ? len : 1);
		memcpy(line, buf, len);
		if (compare(view_of(line, len)))
			taken++;
		else
			refused++;
		free(line);
	}
	/* Both kinds were there in number. */
	assert_true(taken > 5000 && refused > 5000);
}

static void nesting_is_bounded(void **state)
{
	char line[2 * 4096 + 16];
	uint8_t error;
	for (unsigned depth = 1; depth <= 4096; depth++) {
		size_t n = (size_t)sprintf(line, "{\"a\":");
		memset(line + n, '[', depth);
		memset(line + n + depth, ']', depth);
		line[n + 2 * depth] = '}';
		bool fine = accepts(view_of(line, n + 2 * depth + 1), &error);
		assert_int_equal(fine, depth <= JSON_DEPTH);
	}
}

static void what_differs_from_jansson_is_taken(void **state)
{
	uint8_t error;
	assert_true(accepts(view_str("{\"a\":1e999,\"b\":99999999999999999999}"), &error));
	assert_true(accepts(view_str("{\"a\\u0000b\":1}"), &error));
	assert_false(accepts(view_str("[1]"), &error));
	assert_false(accepts(view_str("{\"a\":\"\xff\"}"), &error));
	assert_int_equal(error, JSON_BAD_UTF8);
}

static void unescape_never_writes_half_a_character(void **state)
{
	uint8_t to[8] = {0};
	bool cut;
	assert_int_equal(json_unescape(view_str("ab\\u20acd"), to, 4, &cut), 2);
	assert_true(cut);
	assert_int_equal(json_unescape(view_str("ab\\u20ac"), to, 5, &cut), 5);
	assert_false(cut);
	assert_memory_equal(to, "ab\xe2\x82\xac", 5);
}

static void vector_scans_equal_their_plain_twins(void **state)
{
	uint64_t s = 7;
	uint8_t p[64];
	for (int i = 0; i < 20000; i++) {
		for (unsigned k = 0; k < 64; k++) {
			static const uint8_t likely[] = {
			    '"', '\\', '\n', '\t', 0x1f, 0x20, 0x7f, 0x80};
			uint64_t r = next_random(&s);
			p[k] = r & 256 ? likely[r & 7] : (uint8_t)r;
		}
		assert_int_equal(scan16_eq(p, '\t'), scan16_eq_plain(p, '\t'));
		assert_int_equal(scan16_string(p), scan16_string_plain(p));
		assert_int_equal(scan16_digits(p), scan16_digits_plain(p));
		assert_int_equal(scan16_same(p, p + 16), scan16_same_plain(p, p + 16));
		assert_int_equal(scan16_hex(p), scan16_hex_plain(p));
		uint64_t ends, ends_plain;
		assert_true(scan64_eq2(p, '\t', '\n', &ends) ==
		            scan64_eq2_plain(p, '\t', '\n', &ends_plain));
		assert_true(ends == ends_plain);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_are_judged_as_jansson_does),
	    cmocka_unit_test(nesting_is_bounded),
	    cmocka_unit_test(what_differs_from_jansson_is_taken),
	    cmocka_unit_test(unescape_never_writes_half_a_character),
	    cmocka_unit_test(vector_scans_equal_their_plain_twins),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
