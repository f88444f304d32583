/* SPDX-License-Identifier: ISC */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "app/serve/store.h"

#define DAY_NS (86400 * INT64_C(1000000000))

static char folder[] = "/tmp/dnshound-store-XXXXXX", path[64];

static struct store *open_store(struct store_limits *limits)
{
	struct store *s = NULL;
	char why[200] = "";
	if (store_open(&s, path, STORE_CREATE, limits, why, sizeof(why)) != 0)
		fail_msg("%s", why);
	return s;
}

static int setup(void **state)
{
	(void)state;
	strcpy(folder + strlen(folder) - 6, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/a.db", folder);
	return 0;
}

static int teardown(void **state)
{
	char command[100];
	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", folder);
	return system(command);
}

static void put_alert(const struct journal *j, const char *id, int64_t seen_ns, int64_t closed_ns)
{
	struct journal_alert a = {.id = id,
	    .finding = "f",
	    .client = "10.0.0.7",
	    .zone = "evil.com",
	    .verdict = "tunnel",
	    .severity = "high",
	    .document = "{}",
	    .last_seen_ns = seen_ns,
	    .closed_ns = closed_ns};
	assert_int_equal(j->put_alert(j->ctx, &a), 0);
}

static void put_event(const struct journal *j, const char *id, const char *alert, int64_t time_ns)
{
	struct journal_event e = {
	    .id = id, .alert = alert, .document = "{}", .severity_rank = 3, .time_ns = time_ns};
	assert_int_equal(j->put_event(j->ctx, &e), 0);
}

static void count_alert(void *arg, const struct journal_alert *a)
{
	assert_string_equal(a->zone, "evil.com");
	++*(unsigned *)arg;
}

struct seen {
	unsigned n;
	uint64_t last;
};

static void see_event(void *arg, const struct journal_event *e)
{
	struct seen *s = arg;
	assert_true(e->seq > s->last);
	s->last = e->seq;
	s->n++;
}

static void test_nothing_is_kept_of_what_failed(void **state)
{
	struct store *s = open_store(NULL);
	const struct journal *j = store_journal(s);
	unsigned n = 0;
	(void)state;
	assert_int_equal(j->begin(j->ctx), 0);
	put_alert(j, "a-1", 1, 0);
	assert_int_equal(j->end(j->ctx, -EIO), -EIO);
	assert_int_equal(j->each_open(j->ctx, count_alert, &n), 0);
	assert_int_equal(n, 0);
	assert_int_equal(j->begin(j->ctx), 0);
	put_alert(j, "a-1", 1, 0);
	assert_int_equal(j->end(j->ctx, 0), 0);
	store_close(s);
	s = open_store(NULL);
	j = store_journal(s);
	assert_int_equal(j->each_open(j->ctx, count_alert, &n), 0);
	assert_int_equal(n, 1);
	store_close(s);
}

static void test_an_event_is_kept_once(void **state)
{
	struct store *s = open_store(NULL);
	const struct journal *j = store_journal(s);
	struct seen seen = {0, 0};
	uint64_t gone = 1;
	(void)state;
	put_event(j, "a-1-1", "a-1", 1);
	put_event(j, "a-1-1", "a-1", 1);
	put_event(j, "a-1-2", "a-1", 2);
	assert_int_equal(j->each_event(j->ctx, 0, 9, see_event, &seen, &gone), 0);
	assert_int_equal(seen.n, 2);
	assert_int_equal(gone, 0);
	store_close(s);
}

static void test_places(void **state)
{
	struct store *s = open_store(NULL);
	const struct journal *j = store_journal(s);
	uint64_t seq = 9, digest = 9;
	char note[JOURNAL_NOTE_MAX];
	(void)state;
	assert_int_equal(j->get_place(j->ctx, "old", &seq, &digest), 0);
	assert_int_equal(seq, 0);
	put_event(j, "a-1-1", "a-1", 1);
	assert_int_equal(j->get_place(j->ctx, "new", &seq, &digest), 0);
	assert_int_equal(seq, 1);
	assert_int_equal(j->get_place(j->ctx, "old", &seq, &digest), 0);
	assert_int_equal(seq, 0);
	assert_int_equal(j->set_place(j->ctx, "old", 1, 7), 0);
	assert_int_equal(j->get_place(j->ctx, "old", &seq, &digest), 0);
	assert_int_equal(seq, 1);
	assert_int_equal(digest, 7);
	assert_int_equal(j->get_note(j->ctx, "old", "a-1", note), 0);
	assert_string_equal(note, "");
	assert_int_equal(j->set_note(j->ctx, "old", "a-1", "17.2"), 0);
	assert_int_equal(j->get_note(j->ctx, "old", "a-1", note), 0);
	assert_string_equal(note, "17.2");
	store_close(s);
}

static void test_retention(void **state)
{
	struct store_limits limits = {
	    .days = 10, .bytes = 1 << 30, .events_max = 3, .pairs_max = 2};
	struct store *s = open_store(&limits);
	const struct journal *j = store_journal(s);
	struct store_query all = {0};
	struct seen seen = {0, 0};
	unsigned n = 0;
	uint64_t gone = 0;
	(void)state;
	put_alert(j, "open-1", 1 * DAY_NS, 0);
	put_alert(j, "old-1", 1 * DAY_NS, 2 * DAY_NS);
	put_alert(j, "new-1", 95 * DAY_NS, 96 * DAY_NS);
	put_event(j, "old-1-1", "old-1", 1 * DAY_NS);
	for (int i = 0; i < 5; i++) {
		char id[24];
		snprintf(id, sizeof(id), "new-1-%d", i);
		put_event(j, id, "new-1", 95 * DAY_NS);
	}
	assert_int_equal(j->trim(j->ctx, 100 * DAY_NS), 0);
	assert_int_equal(store_alerts(s, &all, count_alert, &n), 0);
	assert_int_equal(n, 2);
	/* What a sink that lags behind can no longer get is told to it. */
	assert_int_equal(j->each_event(j->ctx, 1, 9, see_event, &seen, &gone), 0);
	assert_int_equal(seen.n, 3);
	assert_int_equal(gone, 2);
	store_close(s);
}

static void test_size_is_bounded(void **state)
{
	struct store_limits limits = {
	    .days = 1000, .bytes = 300000, .events_max = 100000, .pairs_max = 10};
	struct store *s = open_store(&limits);
	const struct journal *j = store_journal(s);
	static char document[4000];
	struct store_query open_only = {.open_only = true};
	unsigned n = 0;
	(void)state;
	memset(document, 'x', sizeof(document) - 1);
	put_alert(j, "open-1", 1, 0);
	assert_int_equal(j->begin(j->ctx), 0);
	for (int i = 0; i < 400; i++) {
		char id[24];
		snprintf(id, sizeof(id), "e-1-%d", i);
		struct journal_event e = {
		    .id = id, .alert = "e-1", .document = document, .time_ns = DAY_NS};
		assert_int_equal(j->put_event(j->ctx, &e), 0);
	}
	assert_int_equal(j->end(j->ctx, 0), 0);
	assert_int_equal(j->trim(j->ctx, DAY_NS), 0);
	assert_int_equal(store_alerts(s, &open_only, count_alert, &n), 0);
	assert_int_equal(n, 1);
	store_close(s);
	FILE *f = fopen(path, "rb");
	assert_non_null(f);
	fseek(f, 0, SEEK_END);
	assert_true(ftell(f) < 400000);
	fclose(f);
}

static void see_mute(void *arg, const struct journal_mute *m)
{
	struct seen *s = arg;
	assert_string_equal(m->reason, "why");
	s->n++;
	s->last = m->number;
}

static void test_mutes(void **state)
{
	struct store *s = open_store(NULL), *other = open_store(NULL);
	const struct journal *j = store_journal(s);
	struct journal_mute m = {
	    .finding = "", .client = "", .zone = "evil.com", .reason = "why", .until_ns = 100};
	struct seen seen = {0, 0};
	uint64_t number = 0, version = j->version(j->ctx);
	(void)state;
	assert_int_equal(store_mute(other, &m, &number), 0);
	assert_int_not_equal(j->version(j->ctx), version);
	assert_int_equal(j->each_mute(j->ctx, 99, see_mute, &seen), 0);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.last, number);
	assert_int_equal(j->each_mute(j->ctx, 100, see_mute, &seen), 0);
	assert_int_equal(seen.n, 1);
	version = j->version(j->ctx);
	assert_int_equal(store_unmute(s, number), 0);
	assert_int_not_equal(j->version(j->ctx), version);
	assert_int_equal(store_unmute(s, number), -ENOENT);
	m.reason = "";
	assert_int_equal(store_mute(s, &m, &number), -EINVAL);
	m.reason = "why";
	m.zone = "";
	assert_int_equal(store_mute(s, &m, &number), -EINVAL);
	store_close(other);
	store_close(s);
}

static void see_block(void *arg, const struct journal_block *b)
{
	struct seen *s = arg;
	assert_string_equal(b->by, "hand");
	s->n++;
	s->last = b->number;
}

static void test_blocks(void **state)
{
	struct store *s = open_store(NULL), *other = open_store(NULL);
	const struct journal *j = store_journal(s);
	struct journal_block b = {.kind = JOURNAL_BLOCK_ZONE,
	    .zone = "evil.com",
	    .client = "",
	    .server = "",
	    .reason = "why",
	    .by = "hand",
	    .until_ns = 100};
	struct seen seen = {0, 0};
	uint64_t first = 0, second = 0, version = j->version(j->ctx);
	(void)state;
	assert_int_equal(store_block(other, &b, &first), 0);
	assert_int_not_equal(j->version(j->ctx), version);
	b.until_ns = 200;
	assert_int_equal(store_block(s, &b, &second), 0);
	assert_int_equal(store_blocks(s, 150, see_block, &seen), 0);
	assert_int_equal(seen.n, 1);
	assert_int_equal(seen.last, second);
	assert_int_equal(store_blocks(s, 200, see_block, &seen), 0);
	assert_int_equal(seen.n, 1);
	b.kind = JOURNAL_BLOCK_NEVER;
	b.until_ns = 0;
	assert_int_equal(store_block(s, &b, &first), 0);
	assert_int_equal(store_blocks(s, 150, see_block, &seen), 0);
	assert_int_equal(seen.n, 3);
	assert_int_equal(store_unblock(s, second), 0);
	assert_int_equal(store_unblock(s, second), -ENOENT);
	b.reason = "";
	assert_int_equal(store_block(s, &b, &first), -EINVAL);
	b.reason = "why";
	b.zone = "";
	b.client = "10.0.0.7";
	assert_int_equal(store_block(s, &b, &first), -EINVAL);
	store_close(other);
	store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(test_nothing_is_kept_of_what_failed, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_an_event_is_kept_once, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_places, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_retention, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_size_is_bounded, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_mutes, setup, teardown),
	    cmocka_unit_test_setup_teardown(test_blocks, setup, teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
