/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/judge/scorecard.h"

static void the_highest_step_reached_counts(void **state)
{
	struct scorecard c;
	assert_int_equal(scorecard_parse(&c, view_str("#version 7\n# a comment\n\n"
	                                              "pair\tleak_up\t100\t10\n"
	                                              "pair\tleak_up\t0\t-40\n"
	                                              "zone\tleak_up\t0\t-50\n"
	                                              "pair\tleak_up\t400\t20")),
	    0);
	assert_string_equal(c.version, "7");
	assert_int_equal(scorecard_points(&c, SUBJECT_PAIR, SIGNAL_LEAK_UP, 0), -40);
	assert_int_equal(scorecard_points(&c, SUBJECT_PAIR, SIGNAL_LEAK_UP, 99), -40);
	assert_int_equal(scorecard_points(&c, SUBJECT_PAIR, SIGNAL_LEAK_UP, 100), 10);
	assert_int_equal(scorecard_points(&c, SUBJECT_PAIR, SIGNAL_LEAK_UP, 1 << 30), 20);
	assert_int_equal(scorecard_points(&c, SUBJECT_ZONE, SIGNAL_LEAK_UP, 500), -50);
	assert_int_equal(scorecard_points(&c, SUBJECT_CLIENT, SIGNAL_LEAK_UP, 500), 0);
	assert_int_equal(scorecard_points(&c, SUBJECT_PAIR, SIGNAL_NXDOMAIN, 500), 0);
}

static void a_wrong_line_is_named(void **state)
{
	static const char *const bad[] = {"pear\tleak_up\t0\t1", "pair\tleak\t0\t1",
	    "pair\tleak_up\t0", "pair\tleak_up\tx\t1", "pair\tleak_up\t0\t101", "pair leak_up 0 1",
	    "pair\tleak_up\t99999999999999999999\t1"};
	struct scorecard c;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		char text[128] = "# one\n";
		size_t at = 6;
		for (const char *s = bad[i]; *s; s++)
			text[at++] = *s;
		assert_int_equal(scorecard_parse(&c, view_of(text, at)), 2);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_highest_step_reached_counts),
	    cmocka_unit_test(a_wrong_line_is_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
