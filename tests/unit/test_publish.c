/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "lib/engine/publish.h"

static struct published told;

static void test_texts_of_hostile_names(void **state)
{
	static const uint8_t zone[] = "\5a\033.b\xff\3com";
	struct finding f = {
	    .now = {.client = {[10] = 0xff, 0xff, 10, 0, 0, 7}, .queries = UINT64_MAX},
	    .verdict = {.severity = SEVERITY_HIGH, .kind = VERDICT_C2_BEACON, .score = 61},
	    .zone_len = sizeof(zone),
	};
	(void)state;
	memcpy(f.zone, zone, sizeof(zone));
	publish_figures(&told, &f);
	assert_string_equal(told.f.zone, "a\\027\\.b\\255.com");
	assert_string_equal(told.f.client, "10.0.0.7");
	assert_string_equal(dh_verdict_text(told.f.verdict), "c2-beacon");
	assert_string_equal(dh_severity_text(told.f.severity), "high");
	assert_int_equal(told.f.confidence, DH_LIKELY);
	assert_int_equal(strlen(told.f.id), 16);
	assert_int_equal(told.f.size, sizeof(struct dh_finding));
	assert_null(told.f.tool);
	f.now.subject = SUBJECT_ZONE;
	publish_figures(&told, &f);
	assert_string_equal(told.f.client, "");
	assert_int_equal(told.f.subject, DH_ZONE);
	f.now.subject = SUBJECT_CLIENT;
	publish_figures(&told, &f);
	assert_string_equal(told.f.zone, "*");
}

static void test_lists(void **state)
{
	static struct evidence v = {
	    .types = {{16, 3}, {65300, 2}},
	    .rcodes = {{3, 1}, {77, 1}},
	    .n_servers = 1,
	    .servers = {{[10] = 0xff, 0xff, 10, 0, 0, 53}},
	    .samples = {[1] = {.len = 7, .zone_at = 0, .name = "\1a\3com"}},
	    .transports = {[TR_TCP] = 4},
	};
	struct finding f = {.evidence = &v};
	(void)state;
	publish_figures(&told, &f);
	assert_int_equal(told.f.n_qtypes, 2);
	assert_string_equal(told.f.qtypes[0].name, "TXT");
	assert_string_equal(told.f.qtypes[1].name, "TYPE65300");
	assert_int_equal(told.f.qtypes[1].count, 2);
	assert_string_equal(told.f.rcodes[0].name, "NXDOMAIN");
	assert_string_equal(told.f.rcodes[1].name, "RCODE77");
	assert_int_equal(told.f.n_servers, 1);
	assert_string_equal(told.f.servers[0], "10.0.0.53");
	assert_int_equal(told.f.n_samples, 1);
	assert_string_equal(told.f.samples[0], "a.com");
	assert_string_equal(told.f.transport, "tcp");
}

static void test_words(void **state)
{
	(void)state;
	for (int i = 0; i <= DH_DECLARED; i++)
		assert_non_null(dh_verdict_text((enum dh_verdict)i));
	assert_null(dh_verdict_text((enum dh_verdict)(DH_DECLARED + 1)));
	assert_null(dh_severity_text((enum dh_severity)(DH_CRITICAL + 1)));
	assert_null(dh_subject_text((enum dh_subject) - 1));
	assert_null(dh_confidence_text((enum dh_confidence)4));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_texts_of_hostile_names),
	    cmocka_unit_test(test_lists),
	    cmocka_unit_test(test_words),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
