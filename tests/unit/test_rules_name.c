/* SPDX-License-Identifier: ISC */
#include "app/alert/rules_name.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static const struct {
	const char *text;
	bool is_name, is_plain, is_joinable, is_policy;
	const char *master, *content;
} cases[] = {
    {"evil.com", true, true, true, true, "evil.com", "evil.com"},
    {"EVIL.Com.", true, true, true, true, "evil.com", "evil.com"},
    {"e\\118il.com", true, true, true, true, "evil.com", "evil.com"},
    {"a\\\"b;c.com", true, false, true, true, "a\\034b\\059c.com", "a|22|b|3b|c.com"},
    {"a\nb.com", true, false, true, true, "a\\010b.com", "a|0a|b.com"},
    {"a\\.b.com", true, false, false, true, "a\\046b.com", "a|2e|b.com"},
    {"\\255\\000.com", true, false, true, true, "\\255\\000.com", "|ff||00|.com"},
    {"*.com", true, false, true, false, "\\042.com", "|2a|.com"},
    {"\\042.com", true, false, true, false, "\\042.com", "|2a|.com"},
    {"x.*.com", true, false, true, false, "x.\\042.com", "x.|2a|.com"},
    {"com", true, false, true, false, "com", "com"},
    {"10.9.8.7", true, false, true, true, "10.9.8.7", "10.9.8.7"},
    {"32.1.0.0.10.rpz-client-ip", true, true, true, false, "32.1.0.0.10.rpz-client-ip",
        "32.1.0.0.10.rpz-client-ip"},
    {"com.RPZ-nsdname", true, true, true, false, "com.rpz-nsdname", "com.rpz-nsdname"},
    {"", .is_name = false},
    {".", .is_name = false},
    {"a..b", .is_name = false},
    {"a\\", .is_name = false},
    {"a\\25.com", .is_name = false},
    {"a\\256.com", .is_name = false},
};

static void test_forms(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rules_name n;
		char text[RULES_NAME_TEXT];
		bool is_name = rules_name_read(&n, cases[i].text);
		if (is_name != cases[i].is_name)
			fail_msg("%s", cases[i].text);
		if (!is_name)
			continue;
		if (rules_name_is_plain(&n) != cases[i].is_plain ||
		    rules_name_is_joinable(&n) != cases[i].is_joinable ||
		    rules_name_is_policy(&n) != cases[i].is_policy)
			fail_msg("%s", cases[i].text);
		rules_name_master(&n, text);
		assert_string_equal(text, cases[i].master);
		rules_name_content(&n, text);
		assert_string_equal(text, cases[i].content);
	}
}

static void fill(char *text, unsigned octets)
{
	for (unsigned i = 0; i < octets; i++)
		text[i] = i % 50 == 49 ? '.' : 'a';
	text[octets] = 0;
}

static void test_lengths(void **state)
{
	struct rules_name n;
	char text[400];
	(void)state;
	memset(text, 'a', 64);
	strcpy(text + 63, ".com");
	assert_true(rules_name_read(&n, text));
	strcpy(text + 63, "a.com");
	assert_false(rules_name_read(&n, text));
	fill(text, 253);
	assert_true(rules_name_read(&n, text));
	assert_int_equal(n.len, 255);
	assert_false(rules_name_is_policy(&n));
	fill(text, 254);
	assert_false(rules_name_read(&n, text));
	fill(text, 187);
	assert_true(rules_name_read(&n, text) && rules_name_is_policy(&n));
	fill(text, 188);
	assert_true(rules_name_read(&n, text) && !rules_name_is_policy(&n));
}

static int compare(const char *a, const char *b)
{
	struct rules_name x, y;
	assert_true(rules_name_read(&x, a) && rules_name_read(&y, b));
	int order = rules_name_compare(&x, &y);
	assert_int_equal((order > 0) - (order < 0),
	    -((rules_name_compare(&y, &x) > 0) - (rules_name_compare(&y, &x) < 0)));
	return order;
}

static void test_order(void **state)
{
	(void)state;
	assert_int_equal(compare("Evil.com", "evil.com."), 0);
	assert_true(compare("z.com", "a.net") < 0);
	assert_true(compare("evil.com", "a.evil.com") < 0);
	assert_true(compare("a.evil.com", "evil2.com") < 0);
}

static void test_clean(void **state)
{
	char text[16];
	(void)state;
	rules_clean("a;\"b'\n\\|<>#{}$`x", text, sizeof(text));
	assert_string_equal(text, "a,?b???????????");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_forms),
	    cmocka_unit_test(test_lengths),
	    cmocka_unit_test(test_order),
	    cmocka_unit_test(test_clean),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
