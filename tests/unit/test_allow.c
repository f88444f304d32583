/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/cmd/allow.h"

static struct finding finding(enum subject subject)
{
	static const uint8_t zone[] = "\4evil\3com";
	struct finding f = {.now = {.subject = subject,
	                        .last_ns = 1770000000000000000, /* 2026-02-02T02:40:00Z */
	                        .client = {[10] = 0xff, 0xff, 10, 0, 0, 7}},
	    .zone_len = sizeof(zone)};
	memcpy(f.zone, zone, sizeof(zone));
	return f;
}

static void read_text(struct allow *a, const char *text, char path[32])
{
	strcpy(path, "/tmp/dnshound-allow-XXXXXX");
	int fd = mkstemp(path);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	struct option_list files = {.at = {path}, .n = 1};
	assert_true(allow_read(a, &files));
	unlink(path);
}

static uint32_t line_for(const char *text, enum subject subject)
{
	struct allow a;
	char path[32];
	struct finding f = finding(subject);
	read_text(&a, text, path);
	const struct allow_entry *e = allow_find(&a, &f);
	uint32_t line = e ? e->line : 0;
	allow_done(&a);
	return line;
}

static void test_the_first_entry_that_fits(void **state)
{
	(void)state;
	assert_int_equal(
	    line_for(
	        "# head\r\n\r\nbad.org * * a\r\nevil.com\t*\t*\tb\r\n* 10.0.0.7 * c", SUBJECT_PAIR),
	    4);
	assert_int_equal(line_for("x.evil.com * * a\n", SUBJECT_PAIR), 0);
	assert_int_equal(line_for("com 10.0.0.0/24 * a\n", SUBJECT_PAIR), 1);
}

static void test_the_last_day_counts_whole(void **state)
{
	(void)state;
	assert_int_equal(line_for("evil.com * 2026-02-02 a\n", SUBJECT_PAIR), 1);
	assert_int_equal(line_for("evil.com * 2026-02-01 a\n", SUBJECT_PAIR), 0);
}

static void test_many_clients_are_not_one(void **state)
{
	(void)state;
	assert_int_equal(line_for("* 10.0.0.7 * a\n", SUBJECT_ZONE), 0);
	assert_int_equal(line_for("evil.com * * a\n", SUBJECT_ZONE), 1);
	assert_int_equal(line_for("* 10.0.0.7 * a\n", SUBJECT_CLIENT), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_the_first_entry_that_fits),
	    cmocka_unit_test(test_the_last_day_counts_whole),
	    cmocka_unit_test(test_many_clients_are_not_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
