/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/alert/format.h"

/* An opened alert with many long samples. */
static struct record *event(void)
{
	static char sample[1000];
	static const char *samples[6];
	static const struct dh_reason reasons[] = {{"leak_up", "much", 3, 31}};
	struct event_head head = {EVENT_OPENED, "f-1-1", "f-1", 1000000000, 1000000000};
	struct dh_finding f = {.id = "f",
	    .sensor = "default",
	    .client = "10.0.0.7",
	    .zone = "evil.com",
	    .transport = "udp",
	    .verdict = DH_TUNNEL,
	    .severity = DH_HIGH,
	    .confidence = DH_LIKELY,
	    .score = 70,
	    .samples = samples,
	    .n_samples = 6,
	    .reasons = reasons,
	    .n_reasons = 1};
	memset(sample, 'a', sizeof(sample) - 1);
	for (unsigned i = 0; i < 6; i++)
		samples[i] = sample;
	char *document = event_document(&head, &f);
	struct record *r = record_parse(document);
	free(document);
	assert_non_null(r);
	return r;
}

static void test_what_is_too_long_loses_what_matters_least(void **state)
{
	struct record *e = event();
	char *whole = format_within(e, 1 << 20), *less = format_within(e, 4000),
	     *least = format_within(e, 10);
	(void)state;
	assert_non_null(strstr(whole, "\"samples\":[\"aaa"));
	assert_true(strlen(less) <= 4000);
	assert_null(strstr(less, "\"samples\""));
	assert_non_null(strstr(less, "\"reasons\""));
	assert_non_null(strstr(less, "\"zone\":\"evil.com\""));
	assert_null(strstr(least, "\"finding\""));
	assert_non_null(strstr(least, "\"event_id\":\"f-1-1\""));
	struct record *parsed = record_parse(less);
	assert_non_null(parsed);
	record_free(parsed);
	free(whole);
	free(less);
	free(least);
	record_free(e);
}

static void test_templates(void **state)
{
	struct record *e = event();
	struct event_facts facts;
	char why[200] = "";
	(void)state;
	event_read(&facts, e);
	char *text = format_template(&facts, e, "{{zone}} {{score}} {{ {{unknown}} }} {{client}");
	assert_string_equal(text, "evil.com 70 {{ {{unknown}} }} {{client}");
	free(text);
	assert_true(format_template_check("{{zone}}{{json}}{{bytes_up}}", why, sizeof(why)));
	assert_false(format_template_check("{{zone}}{{zones}}", why, sizeof(why)));
	assert_non_null(strstr(why, "zones"));
	record_free(e);
}

static void test_the_end_tells_the_last_figures(void **state)
{
	struct record *e = event();
	char *last = record_string(e);
	struct event_head head = {EVENT_CLOSED, "f-1-2", "f-1", 5000000000, 1000000000};
	struct journal_alert a = {.bytes_up = 77, .bytes_down = 5, .queries = 9, .last_seen_ns = 1};
	(void)state;
	char *closed = event_closed(&head, last, &a);
	assert_non_null(strstr(closed, "\"event\":\"closed\""));
	assert_non_null(strstr(closed, "\"bytes_up\":77"));
	assert_non_null(strstr(closed, "\"bytes_total\":82"));
	assert_non_null(strstr(closed, "\"closed_at\":\"1970-01-01T00:00:05.000Z\""));
	free(closed);
	free(last);
	assert_null(event_closed(&head, NULL, &a));
	assert_null(event_closed(&head, "[]", &a));
}

static void test_a_digest_names_the_worst(void **state)
{
	struct event_digest d = {.events = 0};
	(void)state;
	for (int i = 0; i < 20; i++) {
		struct record *e = event();
		record_signed(e, "severity_rank", i == 7 ? DH_CRITICAL : DH_MEDIUM);
		record_text(e, "summary", i == 7 ? "the worst one" : "another");
		event_digest_add(&d, e, i);
	}
	struct record *r = event_digest_done(&d, "digest-x-1-20");
	assert_int_equal(record_number(r, "events"), 20);
	assert_int_equal(record_number(r, "by_event.opened"), 20);
	assert_int_equal(record_number(r, "by_severity.critical"), 1);
	assert_int_equal(record_count(record_find(r, "worst")), 5);
	assert_string_equal(
	    record_get(record_at(record_find(r, "worst"), 0), "summary"), "the worst one");
	assert_string_equal(record_get(r, "severity"), "critical");
	record_free(r);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_what_is_too_long_loses_what_matters_least),
	    cmocka_unit_test(test_templates),
	    cmocka_unit_test(test_the_end_tells_the_last_figures),
	    cmocka_unit_test(test_a_digest_names_the_worst),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
