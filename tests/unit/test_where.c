/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/cmd/where.h"

/* evil.com, 500 names of 42.50 characters, 20 KiB up, score 85. */
static struct dh_finding example(void)
{
	return (struct dh_finding){
	    .queries = 1000,
	    .unique_names = 500,
	    .bytes_up = 20480,
	    .avg_name_length_100 = 4250,
	    .first_ns = 1767323045000000000, /* 2026-01-02T03:04:05Z */
	    .case_known = true,
	    .client = "10.0.0.7",
	    .zone = "evil.com",
	    .score = 85,
	    .verdict = DH_TUNNEL,
	    .severity = DH_CRITICAL,
	};
}

static bool matches(const char *expression)
{
	static struct where w;
	struct where_error error;
	struct dh_finding f = example();
	if (!where_parse(&w, expression, &error))
		fail_msg("%s: at %zu: %s", expression, error.at, error.text);
	return where_matches(&w, &f);
}

static void test_true(void **state)
{
	static const char *const expressions[] = {
	    "unique_names > 10 and avg_name_length > 40",
	    "avg_name_length = 42.5",
	    "avg_name_length > 42.49 and avg_name_length<42.51",
	    "bytes_up = 20KiB",
	    "bytes_up >= 20.4K and bytes_up < 0.1M",
	    "queries = 1k",
	    "queries != 999",
	    "zone = evil.com and zone=EVIL.COM and zone = 'evil.com'",
	    "zone contains il.c and zone startswith \"evil\"",
	    "not zone contains good",
	    "not not score = 85",
	    "client startswith 10.0.",
	    "severity >= high and severity != low",
	    "verdict = tunnel",
	    "case_known = true",
	    "first_seen > 2026-01-02 and first_seen < 2026-01-02T03:04:06",
	    "score = 1 or score = 2 or score = 85",
	    "score = 85 or score = 1 and score = 2",
	    "(score = 85 or score = 1) and not (queries < 5)",
	    "NOT score = 1 AND queries > 5",
	    "  score  >=  85  ",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++)
		if (!matches(expressions[i]))
			fail_msg("%s should match", expressions[i]);
}

static void test_false(void **state)
{
	static const char *const expressions[] = {
	    "unique_names > 500",
	    "(score = 85 or score = 1) and score = 2",
	    "not score = 85 or queries = 1",
	    "zone = evil.co",
	    "zone startswith vil",
	    "case_known = false",
	    "verdict = dga",
	    "severity < critical",
	    /* It has no alert and no answers: what is not there compares with nothing. */
	    "alerted_at > 1970-01-01",
	    "bytes_at_alert >= 0",
	    "bytes_at_alert < 1000000",
	    "tool contains iodine",
	};
	(void)state;
	for (size_t i = 0; i < sizeof(expressions) / sizeof(expressions[0]); i++)
		if (matches(expressions[i]))
			fail_msg("%s should not match", expressions[i]);
}

static void test_errors(void **state)
{
	static const struct {
		const char *expression;
		size_t at;
		const char *says;
	} cases[] = {
	    {"", 0, "expected a column, found the end"},
	    {"uniq_names > 10", 0, "expected a column, found 'uniq_names'"},
	    {"queries > 10 and", 16, "expected a column, found the end"},
	    {"queries 10", 8, "expected ="},
	    {"queries >", 9, "expected a value, found the end"},
	    {"queries > ten", 10, "queries is a number; 'ten' is none"},
	    {"queries > 1X", 10, "is a number"},
	    {"queries > 0x10", 10, "is a number"},
	    {"queries > nan", 10, "is a number"},
	    {"queries contains 1", 8, "takes no contains"},
	    {"zone > a", 5, "takes no >"},
	    {"severity = bad", 11, "info, low, medium, high, critical"},
	    {"first_seen > yesterday", 13, "is a time"},
	    {"case_known = perhaps", 13, "true or false"},
	    {"(queries > 1", 12, "expected ')', found the end"},
	    {"queries > 1)", 11, "expected 'and', 'or' or the end, found ')'"},
	    {"queries > 1 score > 2", 12, "expected 'and', 'or' or the end"},
	    {"zone = 'evil", 7, "does not end"},
	    {"'zone' = evil", 1, "expected a column"},
	    {"queries > > 1", 10, "is a number"},
	};
	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		static struct where w;
		struct where_error error;
		assert_false(where_parse(&w, cases[i].expression, &error));
		if (error.at != cases[i].at || !strstr(error.text, cases[i].says))
			fail_msg("%s: at %zu: %s", cases[i].expression, error.at, error.text);
	}
}

static void test_limits(void **state)
{
	static struct where w;
	struct where_error error;
	char text[8192] = "";
	(void)state;
	memset(text, '(', 5000);
	assert_false(where_parse(&w, text, &error));
	assert_non_null(strstr(error.text, "too many parentheses"));

	*text = 0;
	for (int i = 0; i < 100; i++)
		strcat(text, i ? " or score = 1" : "score = 1");
	assert_false(where_parse(&w, text, &error));
	assert_non_null(strstr(error.text, "too many parts"));

	strcpy(text, "zone = ");
	memset(text + 7, 'a', 4000);
	text[4007] = 0;
	assert_false(where_parse(&w, text, &error));
	assert_non_null(strstr(error.text, "too long"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_true),
	    cmocka_unit_test(test_false),
	    cmocka_unit_test(test_errors),
	    cmocka_unit_test(test_limits),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
