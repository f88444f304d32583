/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/serve/metrics.h"

static void test_a_page(void **state)
{
	struct metrics m = {.text = NULL};
	(void)state;
	metrics_family(&m, "x_total", "Help.", METRIC_COUNTER);
	metrics_value(&m, "reason", "a\"b\\c\nd", 3);
	metrics_value2(&m, "a", "1", "b", "2", 0.5);
	metrics_one(&m, "y", "More.", METRIC_GAUGE, 12345678901.0);
	metrics_end(&m);
	assert_false(m.failed);
	assert_string_equal(m.text, "# HELP x_total Help.\n# TYPE x_total counter\n"
	                            "x_total{reason=\"a\\\"b\\\\c\\nd\"} 3\n"
	                            "x_total{a=\"1\",b=\"2\"} 0.5\n"
	                            "# HELP y More.\n# TYPE y gauge\ny 12345678901\n"
	                            "# HELP dnshound_metrics_dropped Values that had no room on "
	                            "this page.\n# TYPE dnshound_metrics_dropped gauge\n"
	                            "dnshound_metrics_dropped 0\n");
	assert_int_equal(m.len, strlen(m.text));
	free(m.text);
}

static void test_the_page_is_bounded(void **state)
{
	struct metrics m = {.text = NULL};
	char label[24];
	(void)state;
	metrics_family(&m, "x_total", "Help.", METRIC_COUNTER);
	for (int i = 0; i < METRICS_LINES_MAX + 7; i++) {
		snprintf(label, sizeof(label), "%d", i);
		metrics_value(&m, "n", label, 1);
	}
	metrics_end(&m);
	assert_non_null(strstr(m.text, "\ndnshound_metrics_dropped 7\n"));
	assert_null(strstr(m.text, "n=\"2000\""));
	free(m.text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_a_page),
	    cmocka_unit_test(test_the_page_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
