/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "app/cmd/psl_load.h"

#define DAY_S 86400
#define DAY_2025_11_05 1762300800

static char *path;
static struct suffix *table;
static struct psl_report report;

static int load(const char *text)
{
	static char name[64];
	snprintf(name, sizeof(name), "/tmp/test_psl_load.XXXXXX");
	int fd = mkstemp(name);
	path = name;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	table = suffix_init(table);
	int e = psl_load(table, path, &report);
	unlink(path);
	return e;
}

static const char *warnings(int error, int64_t now_s)
{
	static char text[4096];
	memset(text, 0, sizeof(text));
	FILE *f = fmemopen(text, sizeof(text) - 1, "w");
	psl_warn(f, "list.dat", error, &report, now_s);
	fclose(f);
	return text;
}

static int setup(void **state)
{
	table = aligned_alloc(64, (suffix_size() + 63) & ~(size_t)63);
	return 0;
}

static int teardown(void **state)
{
	free(table);
	return 0;
}

static void rules_are_read_and_names_converted(void **state)
{
	assert_int_equal(load("// VERSION: 2025-11-05_12-34-56_UTC\n\ncom\n"
	                      "  // not a comment at the line's start\n"
	                      "*.ck trailing words\n!www.ck\r\n\xe5\x85\xac\xe5\x8f\xb8.cn\n"
	                      "Stra\xc3\x9f"
	                      "e.de"),
	    0);
	assert_int_equal(report.rules, 5);
	assert_int_equal(report.bad, 0);
	assert_int_equal(report.date_s, DAY_2025_11_05);
	assert_false(report.date_from_file);
	/* b.xn--55qx5d.cn, the A-label of the Chinese rule */
	static const uint8_t wire[] = "\1b\xaxn--55qx5d\2cn";
	struct name_scan s;
	scan_name(&s, wire, sizeof(wire));
	assert_int_equal(suffix_split(table, &s).zone_at, 0);
	assert_int_equal(suffix_split(table, &s).suffix_at, 2);
	assert_string_equal(warnings(0, DAY_2025_11_05 + 300 * DAY_S), "");
}

static void a_bad_rule_is_named_by_its_line(void **state)
{
	assert_int_equal(load("com\na..b\nnet\n\xff\xfe.org\n*\n"), 0);
	assert_int_equal(report.rules, 2);
	assert_int_equal(report.bad, 3);
	assert_int_equal(report.bad_lines[0].line, 2);
	assert_int_equal(report.bad_lines[1].line, 4);
	assert_int_equal(report.bad_lines[2].line, 5);
	assert_non_null(strstr(warnings(0, time(NULL)), "list.dat:4: rule left out: "));
}

static void an_old_list_is_told(void **state)
{
	assert_int_equal(load("// VERSION: 2025-11-05_12-34-56_UTC\ncom\n"), 0);
	assert_non_null(strstr(warnings(0, DAY_2025_11_05 + 366LL * DAY_S), "366 days old"));
}

static void what_is_no_list_is_said_to_be_none(void **state)
{
	assert_int_equal(load("// nothing here\n"), -EINVAL);
	assert_non_null(strstr(warnings(-EINVAL, 0), "not a Public Suffix List"));
	assert_int_equal(psl_load(table, "/nonexistent/list.dat", &report), -ENOENT);
	assert_non_null(strstr(warnings(-ENOENT, 0), "--psl"));
	assert_int_equal(psl_load(table, "/tmp", &report), -EISDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(rules_are_read_and_names_converted),
	    cmocka_unit_test(a_bad_rule_is_named_by_its_line),
	    cmocka_unit_test(an_old_list_is_told),
	    cmocka_unit_test(what_is_no_list_is_said_to_be_none),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
