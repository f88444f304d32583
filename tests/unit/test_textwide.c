/* SPDX-License-Identifier: ISC
 *
 * The wide readers against the careful ones of text.h: the same answers for whatever text, with
 * AVX2 where it is here and without. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/decode/avx2.h"
#include "lib/decode/textwide.h"

static uint64_t next_random(uint64_t *s)
{
	*s ^= *s << 13;
	*s ^= *s >> 7;
	*s ^= *s << 17;
	return *s;
}

/* A text in room: a seed, changed here and there, with anything behind it. */
struct text {
	uint8_t room[400 + TEXT_WIDE];
	struct view v;
};

static void make(struct text *t, const char *const *seeds, size_t n_seeds, uint64_t *s)
{
	static const char alphabet[] = "0123456789abF:.\\x-+eETZ ";
	const char *seed = seeds[next_random(s) % n_seeds];
	size_t len = strlen(seed);
	for (size_t i = 0; i < sizeof(t->room); i++) {
		uint64_t r = next_random(s);
		t->room[i] = r & 256 ? (uint8_t)r : (uint8_t)alphabet[r % (sizeof(alphabet) - 1)];
	}
	memcpy(t->room, seed, len);
	for (uint64_t changes = next_random(s) % 4; len && changes > 1; changes--)
		t->room[next_random(s) % len] =
		    (uint8_t)alphabet[next_random(s) % (sizeof(alphabet) - 1)];
	if (next_random(s) % 4 == 0)
		len = next_random(s) % (len + 3);
	t->v = view_of(t->room, len);
}

#define SEEDS(...)                                        \
	static const char *const seeds[] = {__VA_ARGS__}; \
	const size_t n_seeds = sizeof(seeds) / sizeof(seeds[0])

static void numbers(void **state)
{
	SEEDS("0", "7", "53", "65535", "65536", "12345678", "123456789", "00053",
	    "18446744073709551615", "30.0", "300.000000", "4294967296.5", "9999999999", "");
	uint64_t s = 1;
	for (int i = 0; i < 40000; i++) {
		struct text t;
		uint64_t a = 1, b = 1, max = i & 1 ? UINT16_MAX : UINT64_MAX;
		make(&t, seeds, n_seeds, &s);
		assert_int_equal(text_uint(t.v, max, &a), textwide_uint(t.v, max, &b));
		assert_true(a == b);
		assert_int_equal(text_whole(t.v), textwide_whole(t.v));
	}
}

static void times(void **state)
{
	SEEDS("1717747200.096671", "1717747200.09667", "0717747200.096671", "1.7e9",
	    "2024-06-07T08:00:00.123456+0000", "2024-06-07T08:00:59.999999+0000",
	    "2024-06-07T08:00:60.000001+0000", "2024-06-07T08:01:00.123456+0230",
	    "1969-12-31T23:59:59.999999+0000", "1970-01-01T00:00:00.000000+0100",
	    "2024-06-07T08:00:00Z");
	struct textwide_minute minute = {.known = false};
	uint64_t s = 2;
	int good = 0;
	for (int i = 0; i < 40000; i++) {
		struct text t;
		int64_t a = 1, b = 1, c = 1;
		make(&t, seeds, n_seeds, &s);
		bool fine = text_time(t.v, &a);
		assert_int_equal(fine, textwide_time(t.v, &b));
		assert_int_equal(fine, textwide_date(t.v, &minute, &c));
		assert_true(a == b && a == c);
		good += fine;
	}
	assert_true(good > 8000);
}

static void addresses(void **state)
{
	SEEDS("192.0.2.1", "255.255.255.255", "0.0.0.0", "1.2.3.4", "10.20.30.40", "256.1.1.1",
	    "01.2.3.4", "1.2.3", "1.2.3.4.5", "1..2.3", "2001:db8::1", "::", "::1",
	    "1::", "2001:db8:0:1:2:3:4:5", "2001:0db8:0000:0000:0000:ff00:0042:8329",
	    "1:2:3:4:5:6:7:8:9", "::ffff:192.0.2.1", "1:2:3:4:5:6:192.0.2.33", "alias.evil.com",
	    "fe80::1%eth0", "");
	uint64_t s = 3;
	int good = 0;
	for (int i = 0; i < 60000; i++) {
		struct text t;
		uint8_t a[16] = {0}, b[16] = {0}, quad[4];
		make(&t, seeds, n_seeds, &s);
		bool fine = text_address(t.v, a);
		good += fine;
		for (int with = 0; with <= avx2_is_here(); with++) {
			memset(b, 0, sizeof(b));
			assert_int_equal(fine, textwide_address(t.v, with, b));
			assert_memory_equal(a, b, 16);
			bool is_quad = fine && !memchr(t.v.p, ':', t.v.len);
			assert_int_equal(is_quad, textwide_quad(t.v, with, quad));
			if (is_quad)
				assert_memory_equal(quad, a + 12, 4);
		}
	}
	assert_true(good > 15000);
}

static void names(void **state)
{
	SEEDS("www.evil.com", "evil.com.", ".", "", "a", "a..b", ".a", "\\x2e.b", "a.b.c.d.e.f.g.h",
	    "0123456789abcdef.0123456789abcdef.0123456789abcdef",
	    "0123456789012345678901234567890123456789012345678901234567890123.com",
	    "012345678901234567890123456789012345678901234567890123456789012.com");
	uint64_t s = 4;
	for (int i = 0; i < 40000; i++) {
		struct text t;
		uint8_t a[TEXT_NAME_ROOM], b[TEXT_NAME_ROOM];
		bool cut_a, cut_b;
		unsigned escapes = (unsigned)i & 7;
		make(&t, seeds, n_seeds, &s);
		if (i % 8 == 0) { /* around the longest */
			for (size_t k = 0; k < 300; k++)
				t.room[k] = next_random(&s) % 20 ? 'z' : '.';
			t.v.len = 240 + next_random(&s) % 20;
		}
		size_t n = text_name(t.v, escapes, a, &cut_a);
		assert_int_equal(n, textwide_name(t.v, escapes, b, &cut_b));
		assert_int_equal(cut_a, cut_b);
		assert_memory_equal(a, b, n);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers),
	    cmocka_unit_test(times),
	    cmocka_unit_test(addresses),
	    cmocka_unit_test(names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
