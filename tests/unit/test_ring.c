/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "agent/ring.h"

#include <string.h>

static uint8_t body[MESSAGE_MAX];

static struct sighting head_of(uint32_t len, uint32_t serial)
{
	return (struct sighting){.len = len, .kind = SIGHTING_QUERY, .process = serial};
}

static void what_goes_in_comes_out_in_order_also_around_the_end(void **state)
{
	struct ring r;
	struct sighting got;
	uint32_t in = 0, out = 0;
	assert_int_equal(ring_open(&r), 0);
	for (unsigned round = 0; round < 400; round++) {
		for (unsigned i = 0; i < 7; i++) {
			struct sighting h = head_of((in * 977) % 9000, in);
			memset(body, (int)(in & 255), h.len);
			assert_true(ring_put(&r, &h, body));
			in++;
		}
		while (ring_take(&r, &got, body)) {
			assert_int_equal(got.process, out);
			assert_int_equal(got.len, (out * 977) % 9000);
			if (got.len) {
				assert_int_equal(body[0], out & 255);
				assert_int_equal(body[got.len - 1], out & 255);
			}
			out++;
		}
	}
	assert_int_equal(in, out);
	ring_close(&r);
}

static void a_full_ring_refuses_and_counts(void **state)
{
	struct ring r;
	struct sighting got, h = head_of(60000, 1);
	unsigned put = 0;
	assert_int_equal(ring_open(&r), 0);
	while (ring_put(&r, &h, body))
		put++;
	assert_false(ring_put(&r, &h, body));
	assert_int_equal(r.lost, 2);
	assert_true(put > 60);
	for (unsigned i = 0; i < put; i++)
		assert_true(ring_take(&r, &got, body));
	assert_false(ring_take(&r, &got, body));
	assert_true(ring_put(&r, &h, body));
	ring_close(&r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_goes_in_comes_out_in_order_also_around_the_end),
	    cmocka_unit_test(a_full_ring_refuses_and_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
