/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "tests/unit/logs.h"

#define TIME "\"timestamp\":\"2024-06-07T08:00:00.123456+0000\",\"flow_id\":1,"
#define TO_SERVER \
	"\"src_ip\":\"10.0.0.1\",\"src_port\":4160,\"dest_ip\":\"10.0.0.53\",\"dest_port\":53,"
#define TO_CLIENT \
	"\"src_ip\":\"10.0.0.53\",\"src_port\":53,\"dest_ip\":\"10.0.0.1\",\"dest_port\":4160,"
#define HEAD TIME "\"event_type\":\"dns\","

static void assert_ends(const struct batch *b, const struct event *e)
{
	const struct endpoints *ends = event_ends(b, e);
	logs_assert_ipv4(ends->client, "\xa\0\0\1");
	logs_assert_ipv4(ends->server, "\xa\0\0\x35");
	assert_int_equal(ends->client_port, 4160);
	assert_int_equal(ends->server_port, 53);
	assert_int_equal(e->time_ns, 1717747200123456000);
}

static void the_first_form_has_a_line_a_record(void **state)
{
	struct batch *b = logs_batch();
	const struct event *e = logs_json_event(b,
	    "{" HEAD TO_SERVER "\"proto\":\"UDP\",\"dns\":{\"type\":\"query\",\"id\":7,\"rrname\":"
	    "\"WWW.Evil.com\",\"rrtype\":\"TXT\",\"tx_id\":0}}");
	assert_ends(b, e);
	assert_int_equal(e->flags, EV_QUERY | EV_CASE_KNOWN);
	assert_int_equal(e->qtype, 16);
	assert_int_equal(e->transport, TR_UDP);
	assert_int_equal(event_ends(b, e)->id, 7);
	logs_assert_name(b, e, "\3WWW\4Evil\3com", 14);
	e = logs_json_event(b,
	    "{" HEAD TO_CLIENT "\"proto\":\"TCP\",\"dns\":{\"type\":\"answer\",\"id\":7,\"rcode\":"
	    "\"NOERROR\",\"rrname\":\"www.evil.com\",\"rrtype\":\"TXT\",\"ttl\":60,"
	    "\"rdata\":\"a\\\"b\\\\xff\"}}");
	assert_ends(b, e);
	assert_int_equal(e->flags, EV_RESPONSE | EV_CASE_KNOWN);
	assert_int_equal(e->transport, TR_TCP);
	assert_int_equal(e->rcode, 0);
	logs_assert_answer(b, e, 0, 16, 60, "\4a\"b\xff");
	free(b);
}

#define ANSWERS                                                                                    \
	"\"answers\":[{\"rrname\":\"www.evil.com\",\"rrtype\":\"CNAME\",\"ttl\":1,\"rdata\":\"c."  \
	"d\"},"                                                                                    \
	"{\"rrname\":\"c.d\",\"rrtype\":\"AAAA\",\"ttl\":2,"                                       \
	"\"rdata\":\"2001:0db8:0000:0000:0000:0000:0000:0001\"},"                                  \
	"{\"rrname\":\"x\",\"rrtype\":\"SRV\",\"ttl\":3,\"srv\":{\"priority\":1,\"weight\":2,"     \
	"\"port\":3,\"name\":\"s.t\"}},"                                                           \
	"{\"rrname\":\"x\",\"rrtype\":\"SOA\",\"ttl\":4,\"soa\":{\"mname\":\"m\",\"rname\":\"r\"," \
	"\"serial\":1,\"refresh\":2,\"retry\":3,\"expire\":4,\"minimum\":4294967295}},"            \
	"{\"rrname\":\"x\",\"rrtype\":\"MX\",\"ttl\":5,\"rdata\":\"10 mx.d\"},"                    \
	"{\"rrname\":\"x\",\"rrtype\":\"TYPE65399\",\"ttl\":6,\"rdata\":\"\\\\x00raw\"},"          \
	"{\"rrname\":\"x\",\"rrtype\":\"HTTPS\",\"ttl\":7}]"

static void assert_answers(const struct batch *b, const struct event *e)
{
	assert_int_equal(logs_answers(b, e), 7);
	logs_assert_answer(b, e, 0, 5, 1, "\1c\1d\0");
	logs_assert_answer(b, e, 1, 28, 2, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1");
	logs_assert_answer(b, e, 2, 33, 3, "\0\1\0\2\0\3\1s\1t\0");
	logs_assert_answer(
	    b, e, 3, 6, 4, "\1m\0\1r\0\0\0\0\1\0\0\0\2\0\0\0\3\0\0\0\4\xff\xff\xff\xff");
	logs_assert_answer(b, e, 4, 15, 5, "\0\xa\2mx\1d\0");
	logs_assert_answer(b, e, 5, 65399, 6, "\0raw");
	logs_assert_answer(b, e, 6, 65, 7, "");
	assert_true(e->flags & EV_ANSWERS_CUT);
}

static void the_second_form_has_all_answers(void **state)
{
	struct batch *b = logs_batch();
	/* detailed; a name after the answers, and the addresses of the flow */
	const struct event *e = logs_json_event(b,
	    "{" HEAD TO_SERVER "\"dns\":{\"version\":2,\"type\":\"answer\",\"id\":9,\"aa\":true,"
	    "\"tc\":false,\"rd\":true,\"rcode\":\"NXDOMAIN\"," ANSWERS
	    ",\"grouped\":{\"A\":[\"1.2.3.4\"]},"
	    "\"rrname\":\"www.evil.com\",\"rrtype\":\"A\"}}");
	assert_ends(b, e);
	assert_int_equal(e->flags, EV_RESPONSE | EV_CASE_KNOWN | EV_AA | EV_RD | EV_ANSWERS_CUT);
	assert_int_equal(e->rcode, 3);
	logs_assert_name(b, e, "\3www\4evil\3com", 14);
	assert_answers(b, e);
	/* grouped */
	e = logs_json_event(b,
	    "{" HEAD TO_CLIENT
	    "\"dns\":{\"version\":2,\"type\":\"answer\",\"rrname\":\"a\",\"rrtype\":\"A\","
	    "\"rcode\":\"NOERROR\",\"grouped\":{\"A\":[\"192.0.2.1\",\"192.0.2.2\"],"
	    "\"TXT\":[\"one\",\"\"],\"MX\":[{\"preference\":5,\"exchange\":\"m\"}]}}}");
	assert_ends(b, e);
	assert_int_equal(logs_answers(b, e), 5);
	logs_assert_answer(b, e, 1, 1, 0, "\xc0\0\2\2");
	logs_assert_answer(b, e, 2, 16, 0, "\3one");
	logs_assert_answer(b, e, 3, 16, 0, "\0");
	logs_assert_answer(b, e, 4, 15, 0, "\0\5\1m\0");
	free(b);
}

static void the_third_form_has_a_list_of_questions(void **state)
{
	struct batch *b = logs_batch();
	const struct event *e = logs_json_event(b,
	    "{" HEAD TO_SERVER "\"dns\":{\"version\":3,\"type\":\"request\",\"id\":1,\"rd\":true,"
	    "\"rcode\":\"NOERROR\",\"queries\":[{\"rrname\":\"a.b\",\"rrtype\":\"NULL\"}]}}");
	assert_ends(b, e);
	assert_int_equal(e->flags, EV_QUERY | EV_RD | EV_CASE_KNOWN);
	assert_int_equal(e->rcode, RCODE_UNKNOWN);
	assert_int_equal(e->qtype, 10);
	assert_int_equal(e->extra, 0);
	logs_assert_name(b, e, "\1a\1b", 5);
	e = logs_json_event(b,
	    "{" HEAD TO_SERVER
	    "\"dns\":{\"version\":3,\"type\":\"response\",\"queries\":[{\"rrname\":\"a.b\","
	    "\"rrtype\":\"A\"},{\"rrname\":\"hidden.c\",\"rrtype\":\"A\"}],\"rcode\":"
	    "\"NOERROR\"," ANSWERS ",\"authorities\":[{}],\"additionals\":[]}}");
	assert_ends(b, e);
	logs_assert_name(b, e, "\1a\1b", 5);
	/* a second question is payload */
	assert_int_equal(e->extra, 14);
	assert_answers(b, e);
	free(b);
}

static void the_asked_is_who_has_the_dns_port(void **state)
{
	struct batch *b = logs_batch();
	/* A client may not pose as the server by its source port. */
	const struct event *e = logs_json_event(b,
	    "{" HEAD
	    "\"src_ip\":\"10.0.0.1\",\"src_port\":53,\"dest_ip\":\"10.0.0.53\",\"dest_port\":5300,"
	    "\"dns\":{\"type\":\"query\",\"rrname\":\"a\",\"rrtype\":\"A\"}}");
	logs_assert_ipv4(event_ends(b, e)->client, "\xa\0\0\1");
	free(b);
}

static void lines_are_refused_for_a_reason(void **state)
{
	static const struct {
		const char *line;
		enum malformed why;
	} cases[] = {
	    {"{" HEAD TO_SERVER "\"dns\":{\"type\":\"query\",\"rrname\":\"a\"}",
	        MALFORMED_LINE_JSON},
	    {"{" HEAD TO_SERVER "\"dns\":{\"type\":\"query\",\"rrname\":\"\xff\"}}",
	        MALFORMED_LINE_UTF8},
	    {"{" HEAD "\"dns\":{\"type\":\"query\",\"rrname\":\"a\"}}", MALFORMED_LINE_ADDRESS},
	    {"{\"timestamp\":\"now\",\"event_type\":\"dns\"," TO_SERVER
	     "\"dns\":{\"type\":\"query\",\"rrname\":\"a\"}}",
	        MALFORMED_LINE_TIME},
	    {"{" HEAD TO_SERVER "\"dns\":{\"rrname\":\"a\"}}", MALFORMED_LINE_FIELDS},
	    {"{" HEAD TO_SERVER "\"dns\":[]}", MALFORMED_LINE_FIELDS},
	    {"{\"a\":1}", MALFORMED_LINE_FIELDS},
	    {"nonsense", MALFORMED_LINE_JSON},
	};
	struct batch *b = logs_batch();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_int_equal(logs_json_reason(b, cases[i].line), cases[i].why);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_first_form_has_a_line_a_record),
	    cmocka_unit_test(the_second_form_has_all_answers),
	    cmocka_unit_test(the_third_form_has_a_list_of_questions),
	    cmocka_unit_test(the_asked_is_who_has_the_dns_port),
	    cmocka_unit_test(lines_are_refused_for_a_reason),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
