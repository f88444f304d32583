/* SPDX-License-Identifier: ISC
 *
 * The profiles beside their thresholds and beyond their budget. That they agree with their
 * definitions row for row is shown by tests/parity/profiles.py. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/judge/profile.h"

#define DAY_NS (86400 * (int64_t)1000000000)
#define ROWS_MAX 64

struct fixture {
	void *mem;
	struct batch *b;
	struct profile *p;
	struct profile_row rows[ROWS_MAX];
	char names[ROWS_MAX][256]; /* what the rows' views showed */
	uint32_t n;
};

static void keep_row(void *ctx, const struct profile_row *row)
{
	struct fixture *f = ctx;
	if (f->n == ROWS_MAX)
		return;
	struct view v = row->kind == PROFILE_HUNT ? row->hunt.top_domain : row->points.domain;
	if (row->kind != PROFILE_LISTENER)
		memcpy(f->names[f->n], v.p, v.len);
	f->rows[f->n++] = *row;
}

static struct fixture *start(enum profile_kind kind, size_t budget)
{
	static const struct hash_key key = {1, 2};
	struct fixture *f = calloc(1, sizeof(*f));
	struct profile_sink sink = {keep_row, f};
	size_t size = profile_size(kind, budget);
	assert_true(size <= (budget < PROFILE_BUDGET_MIN ? PROFILE_BUDGET_MIN : budget));
	f->mem = aligned_alloc(64, size);
	memset(f->mem, 0, size);
	f->b = batch_init(aligned_alloc(64, (batch_size() + 63) & ~(size_t)63));
	f->p = profile_init(f->mem, kind, budget, &key, &sink);
	return f;
}

static void stop(struct fixture *f)
{
	free(f->mem);
	free(f->b);
	free(f);
}

/* One query; labels are what dots in name cut. */
static void ask(struct fixture *f, int64_t time_ns, uint32_t client, const char *name,
    uint16_t qtype, uint16_t flags)
{
	uint8_t wire[256];
	struct endpoints *ends = NULL;
	size_t len = strlen(name), at = 0;
	memcpy(wire + 1, name, len + 1);
	for (size_t i = 0; i <= len; i++) {
		if (name[i] != '.' && name[i] != 0)
			continue;
		wire[at] = (uint8_t)(i - at);
		at = i + 1;
	}
	wire[len + 1] = 0;
	batch_reset(f->b);
	struct event *e = batch_open(f->b, &ends);
	memcpy(ends->client + 12, &client, sizeof(client));
	e->time_ns = time_ns;
	e->qtype = qtype;
	e->flags = flags;
	assert_true(batch_name(f->b, e, wire, len ? len + 2 : 1));
	batch_commit(f->b, e);
	profile_feed(f->p, f->b, &f->b->events[0]);
}

static void points_need_fifty_queries(void **state)
{
	for (int n = 49; n <= 50; n++) {
		struct fixture *f = start(PROFILE_POINTS, 1 << 20);
		char name[100];
		for (int i = 0; i < n; i++) {
			snprintf(name, sizeof(name), "%032x.t.evil.co.uk", i * 2654435761u);
			ask(f, i, 7, name, 16, EV_QUERY);
			ask(f, i, 7, name, 16, EV_RESPONSE); /* the same exchange, not a query */
		}
		profile_finish(f->p);
		assert_int_equal(f->n, n == 50);
		stop(f);
	}
}

static void points_tell_which_rules_fired(void **state)
{
	struct fixture *f = start(PROFILE_POINTS, 1 << 20);
	char name[100];
	for (int i = 0; i < 60; i++) {
		snprintf(name, sizeof(name), "%032x.evil.example", i);
		ask(f, DAY_NS + i, 7u + (i & 1), name, i < 18 ? 16 : 1, EV_QUERY);
		snprintf(name, sizeof(name), "www%d.good.example", i % 5);
		ask(f, DAY_NS + i, 7, name, 1, EV_QUERY);
	}
	ask(f, 1, 7, "", 2, EV_QUERY); /* the root has no labels */
	profile_finish(f->p);
	assert_int_equal(profile_stats(f->p).queries, 120);
	assert_true(profile_stats(f->p).is_exact);
	/* Not two labels ago: `evil.example` is the base, so only one row, without TXT (18 / 60 is
	 * not above 0.3) and without entropy (zeros). */
	assert_int_equal(f->n, 1);
	assert_string_equal(f->names[0], "evil.example");
	const struct points_row *r = &f->rows[0].points;
	assert_int_equal(r->fired,
	    1 << POINTS_LENGTH | 1 << POINTS_UNIQUE | 1 << POINTS_DISTINCT | 1 << POINTS_ENCODED);
	assert_int_equal(r->score, 25 + 20 + 15 + 20);
	assert_int_equal(r->severity, POINTS_CRITICAL);
	assert_int_equal(r->sources, 2);
	assert_int_equal(r->first_ns, DAY_NS);
	assert_int_equal(r->last_ns, DAY_NS + 59);
	assert_int_equal(r->value_milli[POINTS_LENGTH], 32000);
	assert_int_equal(r->value_milli[POINTS_TXT], 300);
	assert_int_equal(r->value_milli[POINTS_ENCODED], 60000);
	stop(f);
}

static void points_go_on_when_memory_is_full(void **state)
{
	const size_t budget = 256 << 10;
	struct fixture *f = start(PROFILE_POINTS, budget);
	char name[100];
	const uint32_t n = 100000;
	for (uint32_t i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%036x.evil.example", i);
		ask(f, i, i % 3000, name, 1, EV_QUERY);
	}
	for (int i = 0; i < 100000; i++) { /* more domains than there is room for */
		snprintf(name, sizeof(name), "d%d.example", i);
		ask(f, i, 1, name, 1, EV_QUERY);
	}
	profile_finish(f->p);
	struct profile_stats stats = profile_stats(f->p);
	assert_false(stats.is_exact);
	assert_true(stats.uncounted > 0);
	assert_int_equal(f->n, 1);
	const struct points_row *r = &f->rows[0].points;
	assert_int_equal(r->queries, n);
	assert_in_range(r->distinct_subdomains, n * 85 / 100, n * 115 / 100);
	assert_in_range(r->sources, 3000 * 75 / 100, 3000 * 125 / 100);
	stop(f);
}

static void hunt_row(struct fixture *f, int n, int unique, int length, int64_t from_ns)
{
	char name[200];
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%0*d.evil.example.com.au", length - 20, i % unique);
		ask(f, from_ns + i, 9, name, 1, EV_QUERY);
	}
}

static void hunt_groups_by_second_last_label(void **state)
{
	struct fixture *f = start(PROFILE_HUNT, 1 << 20);
	hunt_row(f, 101, 101, 61, 5);
	ask(f, 5, 9, "short.evil.example.com.au", 16, EV_QUERY);
	ask(f, 5, 9, "a.b.c.d.e.evil.com.au", 16, EV_QUERY); /* seven dots: long enough */
	ask(f, 5, 9, "a.b.c.evil.com.au", 16, EV_QUERY);     /* five dots */
	ask(f, 5, 9, "a.b.c.d.e.f.com.au", 65, EV_QUERY);    /* a type it does not look at */
	profile_finish(f->p);
	assert_int_equal(f->n, 1);
	const struct hunt_row *r = &f->rows[0].hunt;
	assert_string_equal(f->names[0], "com");
	assert_int_equal(r->query_count, 102);
	assert_int_equal(r->unique_subdomains, 102);
	assert_int_equal(r->types, HUNT_A | HUNT_TXT);
	assert_int_equal(r->max_length, 61);
	assert_true(r->is_high);
	stop(f);
}

static void hunt_thresholds(void **state)
{
	static const struct {
		int n, unique, length;
		int rows;
		bool is_high;
	} cases[] = {
	    {20, 20, 60, 0, false},
	    {21, 21, 60, 1, false},
	    {21, 10, 60, 0, false},
	    {21, 11, 60, 1, false},
	    {60, 50, 61, 1, false},
	    {60, 51, 51, 1, true},
	    {60, 51, 50, 0, false},
	    {101, 100, 61, 1, true},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture *f = start(PROFILE_HUNT, 1 << 20);
		hunt_row(f, cases[i].n, cases[i].unique, cases[i].length, 0);
		profile_finish(f->p);
		assert_int_equal(f->n, cases[i].rows);
		if (f->n)
			assert_int_equal(f->rows[0].hunt.is_high, cases[i].is_high);
		stop(f);
	}
}

/* The window ends at the newest query, whatever that asked, and holds exactly 24 h. */
static void hunt_looks_at_the_last_day(void **state)
{
	struct fixture *f = start(PROFILE_HUNT, 1 << 20);
	hunt_row(f, 40, 40, 60, DAY_NS);
	ask(f, 2 * DAY_NS + 10, 1, "www.example", 1, EV_QUERY);
	profile_finish(f->p);
	assert_int_equal(f->n, 1);
	assert_int_equal(f->rows[0].hunt.query_count, 30);
	assert_int_equal(f->rows[0].hunt.first_ns, DAY_NS + 10);
	stop(f);
}

static void hunt_survives_hostile_times(void **state)
{
	struct fixture *f = start(PROFILE_HUNT, PROFILE_BUDGET_MIN);
	hunt_row(f, 30, 30, 60, INT64_MIN);
	hunt_row(f, 30, 30, 60, INT64_MAX - 30);
	profile_finish(f->p);
	assert_int_equal(f->n, 1);
	assert_int_equal(f->rows[0].hunt.query_count, 30);
	stop(f);
}

/* Days of traffic pass through a log that holds one of them: still exact. */
static void hunt_forgets_what_has_passed(void **state)
{
	struct fixture *f = start(PROFILE_HUNT, PROFILE_BUDGET_MIN);
	for (int day = 0; day < 20; day++)
		hunt_row(f, 400, 400, 60, day * DAY_NS);
	profile_finish(f->p);
	assert_true(profile_stats(f->p).is_exact);
	assert_int_equal(f->rows[0].hunt.query_count, 401); /* both ends of the window count */
	stop(f);
}

static void hunt_goes_on_when_memory_is_full(void **state)
{
	struct fixture *f = start(PROFILE_HUNT, 128 << 10);
	hunt_row(f, 20000, 20000, 60, 0);
	for (uint32_t client = 0; client < 5000; client++)
		ask(f, 20000, client, "a.b.c.d.e.f.example", 1, EV_QUERY);
	profile_finish(f->p);
	assert_false(profile_stats(f->p).is_exact);
	assert_true(profile_stats(f->p).uncounted > 0);
	assert_int_equal(f->n, 1);
	assert_int_equal(f->rows[0].hunt.query_count, 20000);
	assert_in_range(f->rows[0].hunt.unique_subdomains, 16000, 24000);
	stop(f);
}

static void listener_flags_names(void **state)
{
	static const struct {
		const char *name;
		uint32_t flags;
	} cases[] = {
	    {"www.example.com", 0},
	    {"WWW.example.com", LISTENER_CAPITAL},
	    {"aaaaaaaaaabbbbbbbbbbccccccccccdddddddddd.example", 0},
	    {"aaaaaaaaaabbbbbbbbbbccccccccccddddddddddd.example", LISTENER_LONG},
	    {"b\xc3\xbc"
	     "cher.example",
	        LISTENER_ASCII},
	    {"b\xff.example", LISTENER_ASCII},
	    {"abcdefghijklmnopqrst.uvwxyz0123456789", LISTENER_ENTROPY},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct fixture *f = start(PROFILE_LISTENER, 0);
		ask(f, 3, 9, cases[i].name, 1, EV_QUERY | EV_RESPONSE);
		assert_int_equal(f->n, cases[i].flags != 0);
		if (f->n)
			assert_int_equal(f->rows[0].listener.flags, cases[i].flags);
		profile_finish(f->p);
		stop(f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(points_need_fifty_queries),
	    cmocka_unit_test(points_tell_which_rules_fired),
	    cmocka_unit_test(points_go_on_when_memory_is_full),
	    cmocka_unit_test(hunt_groups_by_second_last_label),
	    cmocka_unit_test(hunt_thresholds),
	    cmocka_unit_test(hunt_looks_at_the_last_day),
	    cmocka_unit_test(hunt_survives_hostile_times),
	    cmocka_unit_test(hunt_forgets_what_has_passed),
	    cmocka_unit_test(hunt_goes_on_when_memory_is_full),
	    cmocka_unit_test(listener_flags_names),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
