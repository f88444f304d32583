/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/engine/site.h"

static struct network network(uint8_t a, uint8_t b, uint8_t c, uint8_t d, uint8_t bits)
{
	return (struct network){{[10] = 0xff, 0xff, a, b, c, d}, (uint8_t)(96 + bits)};
}

static struct endpoints ends(uint8_t client, uint8_t server)
{
	return (struct endpoints){.client = {[10] = 0xff, 0xff, 10, 0, 0, client},
	    .server = {[10] = 0xff, 0xff, 10, 0, 0, server}};
}

static void test_networks(void **state)
{
	struct network n = network(10, 0, 0, 128, 25), all = {.bits = 0};
	struct endpoints in = ends(129, 0), out = ends(127, 0);
	(void)state;
	assert_true(network_has(&n, in.client));
	assert_false(network_has(&n, out.client));
	assert_true(network_has(&all, out.client));
	n.bits = 128;
	assert_false(network_has(&n, in.client));
}

static void test_a_resolver_counts_until_a_client_is_seen_asking_it(void **state)
{
	struct site s = {
	    .n_resolvers = 2, .resolvers = {network(10, 0, 0, 53, 32), network(10, 0, 0, 54, 32)}};
	struct endpoints asks = ends(53, 200), client = ends(7, 53), other = ends(54, 200);
	struct endpoints between = ends(54, 53);
	(void)state;
	assert_false(site_is_resolver(&s, &asks));
	/* One resolver that forwards to the other is none of its clients. */
	assert_false(site_is_resolver(&s, &between));
	assert_false(site_is_resolver(&s, &asks));
	assert_false(site_is_resolver(&s, &client));
	assert_true(site_is_resolver(&s, &asks));
	assert_false(site_is_resolver(&s, &other));
}

static void test_outside_needs_an_inside(void **state)
{
	struct site s = {.n_internal = 0};
	struct endpoints e = ends(7, 53);
	(void)state;
	assert_false(site_is_outside(&s, &e));
	s.n_internal = 1;
	s.internal[0] = network(192, 168, 0, 0, 16);
	assert_true(site_is_outside(&s, &e));
	s.internal[s.n_internal++] = network(10, 0, 0, 0, 8);
	assert_false(site_is_outside(&s, &e));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_networks),
	    cmocka_unit_test(test_a_resolver_counts_until_a_client_is_seen_asking_it),
	    cmocka_unit_test(test_outside_needs_an_inside),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
