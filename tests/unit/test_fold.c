/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/decode/event.h"
#include "lib/decode/name.h"
#include "lib/track/fold.h"

static struct suffix *table;

static struct folding fold(const char *text, uint16_t qtype, uint16_t flags)
{
	uint8_t wire[NAME_WIRE_MAX];
	size_t len;
	struct name_scan scan;
	assert_true(name_from_text(view_str(text), wire, &len));
	scan_name(&scan, wire, len);
	return fold_name(&scan, suffix_split(table, &scan), qtype, flags);
}

static void ordinary_structure_folds(void **state)
{
	static const struct {
		const char *name;
		uint16_t qtype, flags;
		enum fold fold;
	} cases[] = {
	    {"4.3.2.1.in-addr.arpa", 12, 0, FOLD_REVERSE4},
	    {"1.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa", 12, 0, FOLD_REVERSE6},
	    {"lb._dns-sd._udp.0.1.168.192.in-addr.arpa", 12, 0, FOLD_REVERSE4},
	    {"_ldap._tcp.dc._msdcs.firm.com", 33, 0, FOLD_SERVICE},
	    {"_dmarc.example.com", 16, 0, FOLD_SERVICE},
	    {"_acme-challenge.www.example.com", 16, 0, FOLD_SERVICE},
	    {"s1024._domainkey.example.com", 16, 0, FOLD_SELECTOR},
	    {"www.example.org.firm.com", 1, EV_SEARCH_LIST, FOLD_SEARCH},
	    {"qpwkdjrhsy", 1, 0, FOLD_PROBE},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (fold(cases[i].name, cases[i].qtype, cases[i].flags).fold != cases[i].fold)
			fail_msg("%s", cases[i].name);
}

static void look_alikes_do_not(void **state)
{
	static const struct {
		const char *name;
		uint16_t qtype;
	} cases[] = {
	    {"nbswy3dpeb3w64tmmq.in-addr.arpa", 12},
	    {"4.3.2.256.in-addr.arpa", 12},
	    {"ab.1.0.0.0.8.b.d.0.ip6.arpa", 12},
	    {"s1024._domainkey.example.com", 1},
	    {"www.example.org.firm.com", 1},
	    {"qpwkdjrhsy.com", 1},
	    {"a1b2c3d4e5", 1},
	    {"_a8f5f167f44f4964.example.com", 33},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		if (fold(cases[i].name, cases[i].qtype, 0).fold != FOLD_NONE)
			fail_msg("%s", cases[i].name);
}

static void what_stands_before_service_labels_is_priced(void **state)
{
	struct folding f = fold("office-printer._ipp._tcp.example.com", 33, 0);
	assert_int_equal(f.fold, FOLD_SERVICE);
	assert_int_equal(f.from, 1);
	assert_int_equal(f.to, 3);
}

static void every_fold_has_a_cap(void **state)
{
	assert_int_equal(fold_cap_bits(FOLD_NONE), 0);
	for (int i = 1; i < FOLD_COUNT; i++)
		assert_true(fold_cap_bits((enum fold)i) > 0);
}

int main(void)
{
	static const char *const rules[] = {"com", "org", "arpa", "in-addr.arpa", "ip6.arpa"};
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(ordinary_structure_folds),
	    cmocka_unit_test(look_alikes_do_not),
	    cmocka_unit_test(what_stands_before_service_labels_is_priced),
	    cmocka_unit_test(every_fold_has_a_cap),
	};
	void *mem = aligned_alloc(64, (suffix_size() + 63) & ~(size_t)63);
	table = suffix_init(mem);
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		suffix_add(table, view_str(rules[i]));
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(mem);
	return failed;
}
