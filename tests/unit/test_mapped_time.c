/* SPDX-License-Identifier: ISC */
#include "lib/decode/mapped_time.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define S 1000000000ll
#define AT (1767323045 * S) /* 2026-01-02T03:04:05Z */

/* Berlin in 2026: an hour before UTC; two from March 29, 01:00 UTC, to October 25, 01:00 UTC. */
static const struct mapped_change berlin_changes[] = {
    {INT64_MIN, 3600}, {1774746000, 7200}, {1792890000, 3600}};
static const struct mapped_clock utc = {.written_ns = AT + 86400 * S};
static const struct mapped_clock berlin = {{3, berlin_changes}, 1800000000 * S, false};

static int64_t read_as(const char *text, const struct mapped_clock *c)
{
	int64_t ns = -1;
	(void)mapped_time(view_str(text), c, &ns);
	return ns;
}

static void every_form_is_read(void **state)
{
	static const struct {
		const char *text;
		int64_t more_ns;
	} good[] = {
	    {"1767323045", 0},
	    {"1767323045.25", 250000000},
	    {"1767323045250", 250000000},
	    {"1767323045250000", 250000000},
	    {"[1767323045]", 0},
	    {"2026-01-02T03:04:05Z", 0},
	    {"2026-01-02T03:04:05", 0},
	    {"2026-01-02 03:04:05.25", 250000000},
	    {"2026-01-02 03:04:05 UTC", 0},
	    {"2026-01-02T04:34:05+0130", 0},
	    {"2026-01-01T22:04:05-05:00", 0},
	    {"2026/01/02 03:04:05", 0},
	    {"20260102 03:04:05", 0},
	    {"Jan  2 03:04:05", 0},
	    {"Jan 02 03:04:05.25", 250000000},
	    {"jan 2 2026 03:04:05", 0},
	    {"02-Jan-2026 03:04:05.250", 250000000},
	    {"1/2/2026 3:04:05 AM", 0},
	    {"1/2/2026 03:04:05", 0},
	    {"1/2/2026, 3:04:05.250 AM", 250000000},
	    {"1/2/2026 3:04:05\xe2\x80\xaf"
	     "AM",
	        0},
	    {"02.01.2026 03:04:05", 0},
	};
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(read_as(good[i].text, &utc), AT + good[i].more_ns);
	const struct mapped_clock day_first = {.day_first = true};
	assert_int_equal(read_as("2/1/2026 03:04:05", &day_first), AT);
	assert_int_equal(read_as("1/2/2026 12:00:00 AM", &utc), 1767312000 * S);
	assert_int_equal(read_as("1/2/2026 12:00:00 PM", &utc), 1767355200 * S);
}

static void what_is_no_time_is_refused(void **state)
{
	static const char *const bad[] = {"", "x", "123", "2026-13-02T03:04:05Z",
	    "2026-02-30 03:04:05", "2026-01-02", "2026-01-02T25:04:05Z", "2026-01-02T03:04:05Zx",
	    "[1767323045", "Jan 32 03:04:05", "Jan", "1/2/26 03:04:05", "13/13/2026 03:04:05",
	    "1/2/2026 13:04:05 PM", "2026-01-02T03:04:05+25:00", "9999999999999999999999",
	    "02-Foo-2026 03:04:05"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(read_as(bad[i], &utc), -1);
}

static void a_year_that_is_not_told_is_the_last_possible(void **state)
{
	assert_int_equal(read_as("Jan  3 03:04:04", &utc), AT + 86399 * S);
	/* A clock may be somewhat wrong. */
	assert_int_equal(read_as("Jan  4 03:04:05", &utc), AT + 2 * 86400 * S);
	assert_int_equal(read_as("Jan  4 03:04:06", &utc), AT + (2 - 365) * 86400 * S + S);
	assert_int_equal(read_as("Dec 31 23:59:59", &utc), 1767225599 * S);
	/* 2024 had the last 29th of February. */
	assert_int_equal(read_as("Feb 29 00:00:00", &utc), 1709164800 * S);
	const struct mapped_clock nobody_knows = {.written_ns = 0};
	assert_int_equal(read_as("Jan  2 03:04:05", &nobody_knows), -1);
}

static void clocks_are_set_forward_and_back(void **state)
{
	assert_int_equal(read_as("2026-01-02 04:04:05", &berlin), AT);
	assert_int_equal(read_as("2026-03-29 01:59:59", &berlin), 1774745999 * S);
	/* The hour that is left out goes on as before. */
	assert_int_equal(read_as("2026-03-29 02:30:00", &berlin), 1774747800 * S);
	assert_int_equal(read_as("2026-03-29 03:00:00", &berlin), 1774746000 * S);
	assert_int_equal(read_as("2026-07-01 14:00:00", &berlin), 1782907200 * S);
	/* The hour that comes twice is the first. */
	assert_int_equal(read_as("2026-10-25 02:00:00", &berlin), 1792886400 * S);
	assert_int_equal(read_as("2026-10-25 02:59:59", &berlin), 1792889999 * S);
	assert_int_equal(read_as("2026-10-25 03:00:00", &berlin), 1792893600 * S);
	/* Who tells the zone is believed. */
	assert_int_equal(read_as("2026-01-02T03:04:05Z", &berlin), AT);
	assert_int_equal(read_as("2026-01-02 03:04:05 UTC", &berlin), AT);
}

static void a_time_at_the_front_ends_where_it_ends(void **state)
{
	int64_t ns;
	size_t used;
	assert_true(mapped_time_front(view_str("Jan  2 03:04:05 gate x"), &utc, &ns, &used));
	assert_int_equal(used, 15);
	assert_true(mapped_time_front(view_str("[1767323045] unbound"), &utc, &ns, &used));
	assert_int_equal(used, 12);
	assert_false(mapped_time_front(view_str("client 10.0.0.7"), &utc, &ns, &used));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_form_is_read),
	    cmocka_unit_test(what_is_no_time_is_refused),
	    cmocka_unit_test(a_year_that_is_not_told_is_the_last_possible),
	    cmocka_unit_test(clocks_are_set_forward_and_back),
	    cmocka_unit_test(a_time_at_the_front_ends_where_it_ends),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
