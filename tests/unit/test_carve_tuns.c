/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/codec/codec.h"
#include "tests/helper/capture.h"

static struct bytes packets[2];

static void collect(void *ctx, const struct carve_item *item)
{
	(void)ctx;
	assert_int_equal(item->kind, CARVE_PACKET);
	bytes_put(&packets[item->way], packets[item->way].len, item->data);
}

static void packets_both_ways(void **state)
{
	struct capture c = {0};
	uint8_t ip[60] = {0x45, 0, 0, 60}, wire[256];
	char text[256] = {0}, name[512];
	size_t n = 0, at = 0;
	for (size_t i = 20; i < sizeof(ip); i++)
		ip[i] = (uint8_t)(i * 3);
	codec_encode(codec_of(CODEC_BASE32), view_of(ip, sizeof(ip)), text, sizeof(text));
	snprintf(name, sizeof(name), "d%.50s.%s00.t.test", text, text + 50);
	capture_query(&c, 5, name);
	capture_query(&c, 5, name);
	for (const char *p = name; *p; p += n + (p[n] == '.')) {
		n = strcspn(p, ".");
		wire[at++] = (uint8_t)n;
		memcpy(wire + at, p, n);
		at += n;
	}
	wire[at++] = 0;
	wire[2] ^= 0x20; /* another packet than the one that went up */
	for (int i = 0; i < 20; i++) {
		snprintf(name, sizeof(name), "r%d.t.test", i);
		capture_reply(&c, 5, name, 5, view_of(wire, at));
	}
	struct carve_sink sink = {collect, NULL};
	capture_carve(&c, &carver_tuns, &sink);
	assert_int_equal(packets[CARVE_UP].len, sizeof(ip));
	assert_memory_equal(packets[CARVE_UP].p, ip, sizeof(ip));
	assert_int_equal(packets[CARVE_DOWN].len, sizeof(ip));
	free(packets[0].p);
	free(packets[1].p);
	capture_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(packets_both_ways),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
