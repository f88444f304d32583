/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "app/alert/columns.h"

static const struct column *column(const char *name)
{
	const struct column *c = columns_find(name, strlen(name));
	assert_non_null(c);
	return c;
}

static void expect(const struct dh_finding *f, const char *name, const char *text, const char *cell)
{
	char buf[COLUMN_TEXT_MAX];
	column_text(column(name), f, buf, sizeof(buf));
	assert_string_equal(buf, text);
	column_cell(column(name), f, buf, sizeof(buf));
	assert_string_equal(buf, cell);
}

static void test_names_are_unique_and_every_value_prints(void **state)
{
	struct dh_finding f = {.size = sizeof(f)};
	char buf[COLUMN_TEXT_MAX];
	(void)state;
	for (unsigned i = 0; i < columns_n; i++) {
		const struct column *c = &columns[i];
		assert_ptr_equal(columns_find(c->name, strlen(c->name)), c);
		assert_true(c->width >= 1);
		column_text(c, &f, buf, sizeof(buf));
		assert_null(strchr(buf, '\n'));
	}
	assert_null(columns_find("querie", 6));
	assert_null(columns_find("queriesx", 8));
}

static void test_values(void **state)
{
	static const struct dh_count types[] = {{"NULL", 5}, {"TXT", 1}};
	static const char *const servers[] = {"10.0.0.53", "2001:db8::53"};
	struct dh_finding f = {
	    .bytes_up = 20480,
	    .avg_name_length_100 = 4205,
	    .queries = UINT64_MAX,
	    .first_ns = 1767323045678000000,
	    .client = "10.0.0.7",
	    .severity = DH_HIGH,
	    .verdict = DH_C2_BEACON,
	    .qtypes = types,
	    .n_qtypes = 2,
	    .servers = servers,
	    .n_servers = 2,
	};
	(void)state;
	expect(&f, "bytes_up", "20480", "20.0 KiB");
	expect(&f, "avg_name_length", "42.05", "42.05");
	expect(&f, "queries", "9223372036854775807", "9223372036854775807");
	expect(&f, "first_seen", "2026-01-02T03:04:05.678Z", "2026-01-02T03:04:05");
	expect(&f, "alerted_at", "", "");
	expect(&f, "bytes_at_alert", "", "");
	expect(&f, "client", "10.0.0.7", "10.0.0.7");
	expect(&f, "severity", "high", "high");
	expect(&f, "verdict", "c2-beacon", "c2-beacon");
	expect(&f, "qtypes", "NULL TXT", "NULL TXT");
	expect(&f, "servers", "10.0.0.53 2001:db8::53", "10.0.0.53 2001:db8::53");
	expect(&f, "tool", "", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_names_are_unique_and_every_value_prints),
	    cmocka_unit_test(test_values),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
