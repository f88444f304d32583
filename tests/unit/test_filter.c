/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "app/cmd/filter.h"

static const uint8_t four[16] = {[10] = 0xff, 0xff, 10, 1, 2, 3};
static const uint8_t six[16] = {0x20, 1, 0xd, 0xb8, [15] = 1};

static void test_addresses(void **state)
{
	(void)state;
	assert_true(filter_address("10.1.2.3", four));
	assert_true(filter_address("10.0.0.0/8", four));
	assert_true(filter_address("10.1.2.2/31", four));
	assert_true(filter_address("0.0.0.0/0", four));
	assert_true(filter_address("2001:db8::/32", six));
	assert_true(filter_address("::/0", six));
	assert_false(filter_address("10.1.2.4", four));
	assert_false(filter_address("10.1.2.4/31", four));
	assert_false(filter_address("0.0.0.0/0", six));
	assert_false(filter_address("2001:db8::2", six));
}

static void test_what_is_no_network(void **state)
{
	static const char *const bad[] = {"", "10.1.2", "10.1.2.3/33", "10.1.2.3/", "10.1.2.3/-1",
	    "10.1.2.3/8x", "::/129", "host", "*"};
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(filter_is_address(bad[i]));
	assert_true(filter_is_address("::1"));
}

static void test_zones(void **state)
{
	static const uint8_t zone[] = "\1x\4Evil\3com";
	(void)state;
	assert_true(filter_zone("evil.com", zone, sizeof(zone)));
	assert_true(filter_zone("x.evil.com.", zone, sizeof(zone)));
	assert_false(filter_zone("vil.com", zone, sizeof(zone)));
	assert_false(filter_zone("y.x.evil.com", zone, sizeof(zone)));
	assert_false(filter_zone("-", zone, sizeof(zone)));
	assert_true(filter_zone("-", zone, 0));
	assert_false(filter_is_zone("a..b"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_addresses),
	    cmocka_unit_test(test_what_is_no_network),
	    cmocka_unit_test(test_zones),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
