/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/decode/event.h"

static struct batch *make(void)
{
	return batch_init(aligned_alloc(64, (batch_size() + 63) & ~(size_t)63));
}

static void events_carry_names_and_answers(void **state)
{
	struct batch *b = make();
	static const uint8_t name[] = "\3www\2de";
	struct endpoints *ends = NULL;
	for (int i = 0; i < 3; i++) {
		struct event *e = batch_open(b, &ends);
		assert_non_null(e);
		ends->client_port = (uint16_t)(1000 + i);
		assert_true(batch_name(b, e, name, sizeof(name)));
		assert_true(batch_answer(b, e, 1, 60, view_of("\1\2\3\4", 4)));
		assert_true(batch_answer(b, e, 16, 3, view_of("\2hi", 3)));
		batch_commit(b, e);
	}
	assert_int_equal(b->n, 3);
	for (int i = 0; i < 3; i++) {
		const struct event *e = &b->events[i];
		assert_int_equal(event_ends(b, e)->client_port, 1000 + i);
		assert_memory_equal(event_name(b, e), name, sizeof(name));
		struct view v = event_answers(b, e);
		struct answer a;
		assert_true(answer_next(&v, &a));
		assert_int_equal(a.type, 1);
		assert_int_equal(a.ttl, 60);
		assert_true(answer_next(&v, &a));
		assert_memory_equal(a.rdata, "\2hi", 3);
		assert_false(answer_next(&v, &a));
	}
	free(b);
}

static void an_event_cannot_take_more_than_its_share(void **state)
{
	struct batch *b = make();
	struct endpoints *ends;
	struct event *e = batch_open(b, &ends);
	static uint8_t big[EVENT_ARENA_MAX];
	assert_false(batch_answer(b, e, 16, 0, view_of(big, sizeof(big))));
	assert_true(e->flags & EV_ANSWERS_CUT);
	batch_commit(b, e);
	free(b);
}

static void a_full_batch_refuses_and_counts(void **state)
{
	struct batch *b = make();
	struct endpoints *ends;
	struct event *e;
	while ((e = batch_open(b, &ends)))
		batch_commit(b, e);
	assert_true(b->n > 0);
	assert_int_equal(b->malformed[MALFORMED_BATCH_LIMIT], 1);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(events_carry_names_and_answers),
	    cmocka_unit_test(an_event_cannot_take_more_than_its_share),
	    cmocka_unit_test(a_full_batch_refuses_and_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
