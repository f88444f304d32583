/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "agent/inbox.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define S 1000000000ll

/* As the preload object does it, all but the race for the number. */
static bool put(struct inbox *b, const char *name)
{
	struct preload_queue *q = b->queue;
	uint64_t n = q->next;
	struct preload_slot *s = &q->slots[n % PRELOAD_SLOTS];
	if (s->turn != n)
		return false;
	q->next++;
	s->head =
	    (struct preload_message){.pid = 7, .qtype = 16, .name_len = (uint16_t)strlen(name)};
	memcpy(s->name, name, strlen(name));
	s->turn = n + 1;
	return true;
}

static void reports_arrive_in_order_many_times_around(void **state)
{
	struct inbox b;
	struct inbox_report got;
	struct stat st;
	assert_int_equal(inbox_open(&b), 0);
	assert_int_equal(stat(b.path, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	assert_false(inbox_take(&b, S, &got));
	for (unsigned i = 0; i < 5000; i++) {
		char name[16];
		snprintf(name, sizeof(name), "n%u.de", i);
		assert_true(put(&b, name));
		assert_true(inbox_take(&b, S, &got));
		assert_string_equal((char *)got.name, name);
		assert_int_equal(got.pid, 7);
		assert_int_equal(got.head.qtype, 16);
	}
	inbox_close(&b);
	assert_int_equal(stat(b.path, &st), -1);
}

static void a_full_queue_refuses(void **state)
{
	struct inbox b;
	struct inbox_report got;
	unsigned n = 0;
	assert_int_equal(inbox_open(&b), 0);
	while (put(&b, "a.de"))
		n++;
	assert_int_equal(n, PRELOAD_SLOTS);
	assert_true(inbox_take(&b, S, &got));
	assert_true(put(&b, "a.de"));
	assert_false(put(&b, "a.de"));
	inbox_close(&b);
}

static void a_writer_that_died_is_passed_over_after_a_second(void **state)
{
	struct inbox b;
	struct inbox_report got;
	assert_int_equal(inbox_open(&b), 0);
	b.queue->next++; /* took number 0, and no more */
	assert_true(put(&b, "b.de"));
	assert_false(inbox_take(&b, 1 * S, &got));
	assert_false(inbox_take(&b, 2 * S, &got));
	assert_true(inbox_take(&b, 3 * S, &got));
	assert_string_equal((char *)got.name, "b.de");
	assert_int_equal(b.lost, 1);
	inbox_close(&b);
}

static void nonsense_in_the_queue_does_no_harm(void **state)
{
	struct inbox b;
	struct inbox_report got;
	assert_int_equal(inbox_open(&b), 0);
	for (unsigned i = 0; i < 5; i++)
		assert_true(put(&b, "a.de"));
	b.queue->slots[0].head.name_len = 60000;
	b.queue->slots[1].head.call = PRELOAD_CALLS;
	b.queue->slots[2].head.n_addresses = 200;
	b.queue->slots[3].head.pid = -1;
	assert_true(inbox_take(&b, S, &got));
	assert_int_equal(b.bad, 4);
	assert_false(inbox_take(&b, S, &got));
	/* Whatever is written over it, reading it ends. */
	memset(b.queue, 0xff, sizeof(*b.queue));
	for (int64_t i = 0; i < 10; i++)
		inbox_take(&b, i * 2 * S, &got);
	inbox_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reports_arrive_in_order_many_times_around),
	    cmocka_unit_test(a_full_queue_refuses),
	    cmocka_unit_test(a_writer_that_died_is_passed_over_after_a_second),
	    cmocka_unit_test(nonsense_in_the_queue_does_no_harm),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
