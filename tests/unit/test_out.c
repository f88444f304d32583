/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/base/out.h"

static void numbers_and_bytes_read_well(void **state)
{
	static const struct {
		uint64_t bytes;
		const char *text;
	} cases[] = {{0, "0 B"}, {812, "812 B"}, {1023, "1023 B"}, {1024, "1.0 KiB"},
	    {181014, "176.7 KiB"}, {5u << 20, "5.0 MiB"}, {UINT64_MAX, "1638.3 PiB"}};
	char buf[64];
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct out o = out_to(buf, sizeof(buf));
		out_bytes(&o, cases[i].bytes);
		assert_string_equal(buf, cases[i].text);
	}
	struct out o = out_to(buf, sizeof(buf));
	out_i64(&o, INT64_MIN);
	out_str(&o, " ");
	out_decimal(&o, 405, 2);
	assert_string_equal(buf, "-9223372036854775808 4.05");
}

static void what_does_not_fit_is_cut(void **state)
{
	char buf[6];
	struct out o = out_to(buf, sizeof(buf));
	out_str(&o, "abc");
	out_str(&o, "defgh");
	assert_string_equal(buf, "abcde");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(numbers_and_bytes_read_well),
	    cmocka_unit_test(what_does_not_fit_is_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
