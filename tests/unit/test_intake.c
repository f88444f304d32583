/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "app/capture/intake.h"

/* A source with so many chunks, or without end, that breaks down afterwards if it is to. */
struct fake {
	struct feeder feeder;
	unsigned left, served, seconds;
	int error;
	bool *is_freed;
};

static int read_fake(struct feeder *f, struct chunk_slot *slot)
{
	struct fake *k = (struct fake *)(void *)f;
	eventfd_t v;
	if (k->left == 0) {
		(void)eventfd_read(f->fd, &v);
		return k->error;
	}
	k->left--;
	k->served++;
	slot->chunk.bytes = "x\n";
	slot->chunk.len = 2;
	return 1;
}

static void second_fake(struct feeder *f, int64_t now_ns)
{
	((struct fake *)(void *)f)->seconds++;
}

static void free_fake(struct feeder *f)
{
	struct fake *k = (struct fake *)(void *)f;
	if (k->is_freed)
		*k->is_freed = true;
	close(f->fd);
	free(f);
}

static struct fake *fake(unsigned source, unsigned chunks)
{
	struct fake *k = calloc(1, sizeof(*k));
	struct feeder_options o = {.source = (uint16_t)source, .site = 3, .name = "fake"};
	feeder_init(&k->feeder, &o, DH_JSON_LINES);
	k->feeder.read = read_fake;
	k->feeder.second = second_fake;
	k->feeder.free = free_fake;
	k->feeder.fd = eventfd(1, EFD_NONBLOCK | EFD_CLOEXEC);
	k->left = chunks;
	return k;
}

struct told {
	unsigned gone, seconds;
	int error;
};

static void gone(void *ctx, const struct feeder *f, int error)
{
	struct told *t = ctx;
	t->gone++;
	t->error = error;
}

static void second(void *ctx, int64_t now_ns)
{
	((struct told *)ctx)->seconds++;
}

static struct chunk_slot slot;

static struct intake *intake(struct told *t, int stop, bool once)
{
	struct intake *in;
	struct intake_options o = {
	    .stop_fd = stop, .once = once, .gone = gone, .second = second, .ctx = t};
	assert_int_equal(intake_new(&in, &o), 0);
	return in;
}

static void once_ends_when_nobody_has_more(void **state)
{
	struct told t = {0};
	bool is_freed = false;
	struct intake *in = intake(&t, -1, true);
	struct fake *a = fake(0, 5), *b = fake(1, 3);
	a->is_freed = &is_freed;
	assert_int_equal(intake_add(in, &a->feeder), 0);
	assert_int_equal(intake_add(in, &b->feeder), 0);
	assert_int_equal(intake_count(in), 2);
	unsigned n = 0;
	while (intake_next(in, &slot)) {
		assert_int_equal(slot.chunk.site, slot.chunk.len ? 3 : slot.chunk.site);
		n += slot.chunk.len > 0;
	}
	assert_int_equal(n, 8);
	assert_ptr_equal(intake_feeder(in, 1), b);
	intake_free(in);
	assert_true(is_freed);
}

static void nobody_waits_for_a_loud_neighbour(void **state)
{
	struct told t = {0};
	struct intake *in = intake(&t, -1, false);
	struct fake *loud = fake(0, 1000000), *quiet = fake(1, 10);
	assert_int_equal(intake_add(in, &loud->feeder), 0);
	assert_int_equal(intake_add(in, &quiet->feeder), 0);
	for (unsigned i = 0; i < 40; i++)
		assert_int_equal(intake_next(in, &slot), 1);
	assert_int_equal(quiet->served, 10);
	assert_true(loud->served >= 20);
	intake_free(in);
}

static void a_source_that_is_gone_ends_it(void **state)
{
	struct told t = {0};
	struct intake *in = intake(&t, -1, false);
	struct fake *f = fake(0, 2);
	f->error = -ENETDOWN;
	assert_int_equal(intake_add(in, &f->feeder), 0);
	unsigned n = 0;
	while (intake_next(in, &slot))
		n += slot.chunk.len > 0;
	assert_int_equal(n, 2);
	assert_int_equal(t.gone, 1);
	assert_int_equal(t.error, -ENETDOWN);
	intake_free(in);
}

static void it_stops_when_told_to(void **state)
{
	struct told t = {0};
	int stop = eventfd(0, EFD_CLOEXEC);
	struct intake *in = intake(&t, stop, false);
	assert_int_equal(intake_add(in, &fake(0, 1000000)->feeder), 0);
	for (unsigned i = 0; i < 10; i++)
		assert_int_equal(intake_next(in, &slot), 1);
	assert_int_equal(eventfd_write(stop, 1), 0);
	unsigned more = 0;
	while (intake_next(in, &slot))
		more++;
	assert_true(more < 10);
	intake_free(in);
	close(stop);
}

static void silence_has_a_clock(void **state)
{
	struct told t = {0};
	struct intake *in = intake(&t, -1, false);
	struct fake *f = fake(0, 0);
	assert_int_equal(intake_add(in, &f->feeder), 0);
	assert_int_equal(intake_next(in, &slot), 1);
	assert_int_equal(slot.chunk.len, 0);
	assert_true(slot.chunk.now_ns > 1700000000ll * 1000000000);
	assert_int_equal(t.seconds, 1);
	assert_int_equal(f->seconds, 1);
	intake_free(in);
}

static void there_are_not_too_many(void **state)
{
	struct told t = {0};
	bool is_freed = false;
	struct intake *in = intake(&t, -1, true);
	for (unsigned i = 0; i < INTAKE_FEEDERS_MAX; i++)
		assert_int_equal(intake_add(in, &fake(i, 0)->feeder), 0);
	struct fake *f = fake(0, 0);
	f->is_freed = &is_freed;
	assert_int_equal(intake_add(in, &f->feeder), -E2BIG);
	assert_true(is_freed);
	intake_free(in);
}

static int prepare(void **state)
{
	return slot_init(&slot);
}

static int done(void **state)
{
	slot_done(&slot);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(once_ends_when_nobody_has_more),
	    cmocka_unit_test(nobody_waits_for_a_loud_neighbour),
	    cmocka_unit_test(a_source_that_is_gone_ends_it),
	    cmocka_unit_test(it_stops_when_told_to),
	    cmocka_unit_test(silence_has_a_clock),
	    cmocka_unit_test(there_are_not_too_many),
	};
	return cmocka_run_group_tests(tests, prepare, done);
}
