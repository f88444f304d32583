/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/unit/logs.h"

#define EVENT                                                                                \
	"{\"type\":\"evt\",\"id\":\"ubuntu-firefox-/usr/lib/firefox/firefox\",\"_channel\":" \
	"\"13470757294558\",\"body\":{\"sourcetype\":\"dns\",\"_time\":1643735942.5269871,"
#define WHO                                                                                      \
	"\"host\":\"ubuntu\",\"proc\":\"firefox\",\"cmd\":\"/usr/lib/firefox/firefox\",\"pid\":" \
	"6544,"

static void a_question_and_its_answer(void **state)
{
	struct batch *b = logs_batch();
	const struct event *e = logs_json_event(b,
	    EVENT "\"source\":\"dns.req\"," WHO "\"data\":{\"domain\":\"Detect.firefox.com\"}}}");
	logs_assert_name(b, e, "\6Detect\7firefox\3com", 20);
	assert_int_equal(e->flags, EV_QUERY | EV_CASE_KNOWN);
	assert_int_equal(e->time_ns / 1000, 1643735942526987);
	e = logs_json_event(b,
	    EVENT "\"source\":\"dns.resp\"," WHO "\"team\":\"a tag\",\"data\":{\"duration\":25,"
	          "\"domain\":\"detect.firefox.com\",\"addrs\":[\"34.107.221.82\",\"2600::1\"]}}}");
	assert_int_equal(e->flags, EV_RESPONSE | EV_CASE_KNOWN);
	assert_int_equal(logs_answers(b, e), 2);
	logs_assert_answer(b, e, 0, 1, 0, "\x22\x6b\xdd\x52");
	free(b);
}

static void everything_else_of_the_stream_is_passed_over(void **state)
{
	static const char *const lines[] = {
	    /* What begins a connection: booleans are strings there. */
	    "{\"authToken\":\"t\",\"format\":\"ndjson\",\"info\":{\"process\":{\"pid\":6544},"
	    "\"configuration\":{\"current\":{\"event\":{\"enable\":\"true\"}}},\"environment\":{}}"
	    "}",
	    EVENT "\"source\":\"net.open\",\"data\":{}}}",
	    EVENT "\"source\":\"notice\",\"data\":\"Truncated metrics\"}}",
	    "{\"type\":\"metric\",\"body\":{\"_metric\":\"dns.req\",\"_value\":1}}",
	};
	static const struct line_meta meta = {0};
	struct batch *b = logs_batch();
	for (unsigned i = 0; i < 4; i++) {
		batch_reset(b);
		json_lines(view_str(lines[i]), &meta, b);
		assert_int_equal(b->n, 0);
		assert_int_equal(b->skipped, 1);
	}
	free(b);
}

static void what_is_wrong_is_counted(void **state)
{
	struct batch *b = logs_batch();
	assert_int_equal(
	    logs_json_reason(b,
	        "{\"type\":\"evt\",\"body\":{\"source\":\"dns.req\",\"_time\":\"soon\","
	        "\"data\":{\"domain\":\"a.b\"}}}"),
	    MALFORMED_LINE_TIME);
	assert_int_equal(
	    logs_json_reason(b, EVENT "\"source\":\"dns.req\",\"data\":{\"domain\":7}}}"),
	    MALFORMED_LINE_NAME);
	assert_int_equal(logs_json_reason(b, EVENT "\"source\":\"dns.req\",\"data\":\"a.b\"}}"),
	    MALFORMED_LINE_FIELDS);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_question_and_its_answer),
	    cmocka_unit_test(everything_else_of_the_stream_is_passed_over),
	    cmocka_unit_test(what_is_wrong_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
