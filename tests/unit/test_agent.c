/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/unit/logs.h"

#define HEAD                                                                                  \
	"{\"type\":\"agent.dns\",\"schema_version\":1,\"time\":\"2024-06-07T08:00:00.123Z\"," \
	"\"host\":\"h\",\"boot_id\":\"b\","
#define ENDS                                                                                     \
	"\"client\":\"10.0.0.1\",\"client_port\":4160,\"server\":\"10.0.0.53\",\"server_port\":" \
	"53,"
/* id 7, RD, one question: aB.evil.com TXT */
#define MESSAGE "\"message\":\"AAcBAAABAAAAAAAAAmFCBGV2aWwDY29tAAAQAAE=\""
#define PROCESS ",\"process\":{\"pid\":1,\"parents\":[2,3],\"comm\":\"x\"}}"

static void a_message_is_what_a_packet_would_be(void **state)
{
	struct batch *b = logs_batch();
	const struct event *e = logs_json_event(b, HEAD
	    "\"mechanism\":\"syscall\",\"direction\":\"query\",\"transport\":\"tcp\"," ENDS
	    "\"qname\":\"aB.evil.com\",\"qtype\":\"TXT\",\"id\":7,\"size\":29," MESSAGE PROCESS);
	logs_assert_name(b, e, "\2aB\4evil\3com", 13);
	assert_int_equal(
	    e->flags & (EV_QUERY | EV_RESPONSE | EV_CASE_KNOWN), EV_QUERY | EV_CASE_KNOWN);
	assert_int_equal(e->qtype, 16);
	assert_int_equal(e->transport, TR_TCP);
	assert_int_equal(e->time_ns, 1717747200123000000);
	logs_assert_ipv4(event_ends(b, e)->client, "\xa\0\0\1");
	logs_assert_ipv4(event_ends(b, e)->server, "\xa\0\0\x35");
	assert_int_equal(event_ends(b, e)->client_port, 4160);
	assert_int_equal(event_ends(b, e)->id, 7);
	free(b);
}

static void who_sends_is_the_client_of_names_without_one(void **state)
{
	static const uint8_t peer[16] = {[10] = 0xff, [11] = 0xff, [12] = 192, [15] = 9};
	static const struct line_meta meta = {.peer = peer};
	struct batch *b = logs_batch();
	json_lines(
	    view_str(
	        HEAD "\"mechanism\":\"preload\",\"direction\":\"query\",\"transport\":\"library\","
	             "\"call\":\"getaddrinfo\",\"qname\":\"a\\\\032b.evil.com\",\"qtype\":\"AAAA\","
	             "\"result\":0,\"addresses\":[\"192.0.2.1\",\"2001:db8::1\"]" PROCESS),
	    &meta, b);
	assert_int_equal(b->n, 1);
	const struct event *e = b->events;
	logs_assert_name(b, e, "\3a b\4evil\3com", 14);
	assert_int_equal(e->qtype, 28);
	assert_int_equal(e->flags, EV_QUERY | EV_RESPONSE | EV_CASE_KNOWN);
	assert_memory_equal(event_ends(b, e)->client, peer, 16);
	assert_int_equal(logs_answers(b, e), 2);
	logs_assert_answer(b, e, 0, 1, 0, "\xc0\0\2\1");
	free(b);
}

static void what_tells_of_no_name_is_passed_over(void **state)
{
	static const char *const lines[] = {
	    "{\"type\":\"agent.start\",\"schema_version\":1,\"token\":\"x\",\"argv\":[\"a\"]}",
	    "{\"type\":\"agent.end\",\"queries\":3}",
	    HEAD "\"direction\":\"query\",\"transport\":\"udp\"," ENDS "\"blocked\":true," MESSAGE
	         "}",
	};
	static const struct line_meta meta = {0};
	struct batch *b = logs_batch();
	for (unsigned i = 0; i < 3; i++) {
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
	    logs_json_reason(b, "{\"type\":\"agent.dns\",\"qname\":\"a.b\"}"), MALFORMED_LINE_TIME);
	assert_int_equal(
	    logs_json_reason(b, HEAD ENDS "\"message\":\"AA*A\"}"), MALFORMED_LINE_FIELDS);
	assert_int_equal(
	    logs_json_reason(b, HEAD "\"client\":\"10.0.0\",\"message\":\"AAcBAAABAAAAAAAA\"}"),
	    MALFORMED_LINE_ADDRESS);
	assert_int_equal(logs_json_reason(b, HEAD "\"qtype\":\"A\"}"), MALFORMED_LINE_NAME);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_message_is_what_a_packet_would_be),
	    cmocka_unit_test(who_sends_is_the_client_of_names_without_one),
	    cmocka_unit_test(what_tells_of_no_name_is_passed_over),
	    cmocka_unit_test(what_is_wrong_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
