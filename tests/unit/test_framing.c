/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "agent/framing.h"

#include <string.h>

struct got {
	unsigned n;
	size_t len[8];
	uint8_t first[8];
};

static void take(void *ctx, const uint8_t *message, size_t len)
{
	struct got *g = ctx;
	assert_true(g->n < 8);
	g->len[g->n] = len;
	g->first[g->n++] = message[0];
}

/* Two messages of 12 and 300 bytes. */
static size_t stream(uint8_t *to)
{
	memset(to, 'x', 400);
	memcpy(to,
	    "\0\x0c"
	    "a",
	    3);
	memcpy(to + 14,
	    "\1\x2c"
	    "b",
	    3);
	return 2 + 12 + 2 + 300;
}

static void messages_come_out_however_they_are_cut(void **state)
{
	static struct framing f;
	uint8_t bytes[400];
	size_t len = stream(bytes);
	for (size_t cut = 1; cut < len; cut++) {
		struct got g = {0};
		framing_feed(&f, 1, bytes, cut, take, &g);
		framing_feed(&f, 1, bytes + cut, len - cut, take, &g);
		assert_int_equal(g.n, 2);
		assert_int_equal(g.len[0], 12);
		assert_int_equal(g.len[1], 300);
		assert_int_equal(g.first[0], 'a');
		assert_int_equal(g.first[1], 'b');
	}
	assert_int_equal(f.bad, 0);
}

static void sockets_do_not_mix(void **state)
{
	static struct framing f;
	uint8_t bytes[400];
	size_t len = stream(bytes);
	struct got a = {0}, b = {0};
	for (size_t i = 0; i < len; i++) {
		framing_feed(&f, 1, bytes + i, 1, take, &a);
		framing_feed(&f, 2, bytes + i, 1, take, &b);
	}
	assert_int_equal(a.n, 2);
	assert_int_equal(b.n, 2);
}

static void what_is_no_dns_is_counted_and_the_next_write_starts_over(void **state)
{
	static struct framing f;
	uint8_t bytes[400];
	struct got g = {0};
	framing_feed(&f, 1, (const uint8_t *)"\0\1GET /", 8, take, &g);
	assert_int_equal(f.bad, 1);
	assert_int_equal(g.n, 0);
	framing_feed(&f, 1, bytes, stream(bytes), take, &g);
	assert_int_equal(g.n, 2);
}

static void half_messages_of_many_sockets_make_room(void **state)
{
	static struct framing f;
	uint8_t bytes[400];
	size_t len = stream(bytes);
	struct got g = {0};
	for (uint64_t socket = 1; socket <= 1000; socket++)
		framing_feed(&f, socket, bytes, 5, take, &g);
	framing_feed(&f, 1000, bytes + 5, len - 5, take, &g);
	assert_int_equal(g.n, 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(messages_come_out_however_they_are_cut),
	    cmocka_unit_test(sockets_do_not_mix),
	    cmocka_unit_test(what_is_no_dns_is_counted_and_the_next_write_starts_over),
	    cmocka_unit_test(half_messages_of_many_sockets_make_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
