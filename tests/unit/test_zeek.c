/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "include/dnshound.h"
#include "lib/decode/zeek.h"
#include "tests/unit/logs.h"

static const char header[] =
    "#separator \\x09\n"
    "#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tdns\n"
    "#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\ttrans_id\trtt\tquery\t"
    "qclass\tqclass_name\tqtype\tqtype_name\trcode\trcode_name\tAA\tTC\tRD\tRA\tZ\tanswers\tTTLs\t"
    "rejected\n";

static const struct line_meta meta = {.site = 1, .source = 3};

static void tsv(struct batch *b, const char *head, const char *lines)
{
	size_t n = strlen(lines);
	uint8_t *copy = malloc(n + 1); /* exact, for the sanitizer */
	memcpy(copy, lines, n);
	uint8_t *exact = realloc(copy, n ? n : 1);
	batch_reset(b);
	zeek_tsv_lines(view_str(head), view_of(exact, n), &meta, b);
	free(exact);
	/* The same by the other way, for lines with much behind them. */
	size_t len;
	char *wide = logs_wide(lines, &len);
	struct batch *other = logs_batch();
	zeek_tsv_lines(view_str(head), view_of(wide, len), &meta, other);
	logs_assert_same(b, other);
	free(other);
	free(wide);
}

static void a_row_becomes_an_event(void **state)
{
	struct batch *b = logs_batch();
	tsv(b, header,
	    "1717747200.096671\tCx\t192.0.2.7\t42572\t2001:db8::53\t53\tudp\t50297\t0.001\t"
	    "mail.evil.com\t1\tC_INTERNET\t1\tA\t0\tNOERROR\tF\tF\tT\tT\t0\t"
	    "alias.evil.com,198.51.100.1,2001:db8::1\t300.000000,60.5,1.0\tF\n");
	assert_int_equal(b->n, 1);
	assert_int_equal(b->records, 1);
	const struct event *e = b->events;
	const struct endpoints *ends = event_ends(b, e);
	assert_int_equal(e->time_ns, 1717747200096671000);
	assert_int_equal(e->flags, EV_QUERY | EV_RESPONSE | EV_RD);
	assert_int_equal(e->qtype, 1);
	assert_int_equal(e->rcode, 0);
	assert_int_equal(e->size, 0);
	assert_int_equal(e->transport, TR_UDP);
	logs_assert_name(b, e, "\4mail\4evil\3com", 15);
	logs_assert_ipv4(ends->client, "\xc0\0\2\7");
	assert_int_equal(ends->server[15], 0x53);
	assert_int_equal(ends->client_port, 42572);
	assert_int_equal(ends->server_port, 53);
	assert_int_equal(ends->id, 50297);
	assert_int_equal(ends->qclass, 1);
	assert_int_equal(ends->site, 1);
	assert_int_equal(ends->source, 3);
	assert_int_equal(logs_answers(b, e), 3);
	logs_assert_answer(b, e, 0, 5, 300, "\5alias\4evil\3com\0");
	logs_assert_answer(b, e, 1, 1, 60, "\xc6\x33\x64\1");
	logs_assert_answer(b, e, 2, 28, 1, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\1");
	free(b);
}

static void columns_go_by_name(void **state)
{
	struct batch *b = logs_batch();
	tsv(b,
	    "#separator ,\n#set_separator,;\n#unset_field,none\n#empty_field,nil\n"
	    "#fields,query,opcode,answers,id.resp_h,ts,AA,id.orig_h,qtype_name,original_query\n",
	    "a.b,0,198.51.100.1;x.y,10.0.0.1,1.5,T,10.0.0.2,SRV,A.b\r\n"
	    "nil,0,none,10.0.0.1,2.5,F,10.0.0.2,NULL,none\n"
	    "none,0,nil,10.0.0.1,3.5,F,10.0.0.2,query-65399,none");
	assert_int_equal(b->n, 3);
	const struct event *e = b->events;
	assert_int_equal(e[0].flags, EV_QUERY | EV_RESPONSE | EV_AA | EV_CASE_KNOWN);
	logs_assert_name(b, &e[0], "\1A\1b", 5);
	assert_int_equal(e[0].qtype, 33);
	logs_assert_answer(b, &e[0], 0, 1, 0, "\xc6\x33\x64\1");
	logs_assert_answer(b, &e[0], 1, 33, 0, "\0\0\0\0\0\0\1x\1y\0");
	assert_int_equal(e[1].flags, EV_QUERY);
	assert_int_equal(e[1].rcode, RCODE_UNKNOWN);
	logs_assert_name(b, &e[1], "", 1);
	assert_int_equal(e[1].qtype, 10);
	assert_int_equal(e[2].flags, EV_QUERY | EV_NO_NAME);
	assert_int_equal(e[2].name_len, 0);
	assert_int_equal(e[2].qtype, 65399);
	free(b);
}

static void a_new_header_among_the_lines_holds_from_there(void **state)
{
	struct batch *b = logs_batch();
	tsv(b, "#fields\tts\tid.orig_h\tid.resp_h\tquery\n",
	    "1.0\t10.0.0.1\t10.0.0.2\ta.b\n#close\t2024\n#fields\tquery\tts\tid.resp_h\tid.orig_h\n"
	    "c.d\t2.0\t10.0.0.2\t10.0.0.1\n\n");
	assert_int_equal(b->n, 2);
	assert_int_equal(b->records, 2);
	assert_int_equal(b->events[1].time_ns, 2000000000);
	logs_assert_name(b, &b->events[1], "\1c\1d", 5);
	logs_assert_ipv4(event_ends(b, &b->events[1])->client, "\xa\0\0\1");
	free(b);
}

static void texts_and_bytes_come_back(void **state)
{
	struct batch *b = logs_batch();
	tsv(b, "#fields\tts\tid.orig_h\tid.resp_h\tquery\tqtype\tanswers\tTTLs\n",
	    "1.0\t10.0.0.1\t10.0.0.2\t\\x00\\xe9\\\\.b\t16\tTXT 5 he\\x2clo,TXT 2 ab TXT 3 c d,"
	    "SPF 1 x,TXT 9 short,<unknown type=10>,DS 8 2\t1,2,3,4,5,6\n"
	    "2.0\t10.0.0.1\t10.0.0.2\tx\t15\tmx.b,TXT 0 \t-\n");
	assert_int_equal(b->n, 2);
	const struct event *e = b->events;
	logs_assert_name(b, e, "\3\0\xe9\\\1b", 7);
	logs_assert_answer(b, e, 0, 16, 1, "\5he,lo");
	logs_assert_answer(b, e, 1, 16, 2, "\2ab\3c d");
	logs_assert_answer(b, e, 2, 99, 3, "\1x");
	logs_assert_answer(b, e, 3, 16, 4, "\5short");
	logs_assert_answer(b, e, 4, 10, 5, "");
	logs_assert_answer(b, e, 5, 43, 6, "");
	assert_true(e->flags & EV_ANSWERS_CUT);
	logs_assert_answer(b, e + 1, 0, 15, 0, "\0\0\2mx\1b\0");
	logs_assert_answer(b, e + 1, 1, 16, 0, "\0");
	free(b);
}

static void bad_lines_are_counted_and_cost_no_neighbour(void **state)
{
	struct batch *b = logs_batch();
	tsv(b, "#fields\tts\tid.orig_h\tid.resp_h\tid.resp_p\tquery\tqtype\n",
	    "x\t10.0.0.1\t10.0.0.2\t53\ta\t1\n"
	    "1.0\t10.0.0.256\t10.0.0.2\t53\ta\t1\n"
	    "1.0\t10.0.0.1\t10.0.0.2\t65536\ta\t1\n"
	    "1.0\t10.0.0.1\n"
	    "1.0\t-\t10.0.0.2\t53\ta\t1\n"
	    "1.0\t10.0.0.1\t10.0.0.2\t53\ta..b\t1\n"
	    "2.0\t10.0.0.1\t10.0.0.2\t53\tgood\t1\tone more\n");
	assert_int_equal(b->records, 7);
	assert_int_equal(b->malformed[MALFORMED_LINE_TIME], 1);
	assert_int_equal(b->malformed[MALFORMED_LINE_ADDRESS], 1);
	assert_int_equal(b->malformed[MALFORMED_LINE_FIELDS], 3);
	assert_int_equal(b->malformed[MALFORMED_LINE_NAME], 1);
	assert_int_equal(b->n, 2);
	assert_true(b->events[0].flags & EV_NAME_CUT);
	assert_int_equal(b->events[0].seq, 5);
	logs_assert_name(b, &b->events[1], "\4good", 6);
	assert_int_equal(b->events[1].seq, 6);
	/* no header: nothing can be known */
	tsv(b, "", "1.0\ta\tb\n2.0\tc\td\n");
	assert_int_equal(b->malformed[MALFORMED_LINE_FIELDS], 2);
	/* another log */
	tsv(b, "#fields\tts\tid.orig_h\tid.resp_h\tservice\n", "1.0\t10.0.0.1\t10.0.0.2\tdns\n");
	assert_int_equal(b->skipped, 1);
	assert_int_equal(b->n, 0);
	free(b);
}

static void lines_may_be_of_any_length(void **state)
{
	/* Fields end at every place of a 64-byte step; the last line has no end. */
	struct batch *b = logs_batch();
	for (int n = 0; n < 200; n++) {
		char lines[1024], uid[256];
		memset(uid, 'u', (size_t)n);
		uid[n] = 0;
		sprintf(lines,
		    "1.0\t%s\t10.0.0.1\t10.0.0.2\tfirst\n2.0\t%s\t10.0.0.3\t10.0.0.4\tsecond", uid,
		    uid);
		tsv(b, "#fields\tts\tuid\tid.orig_h\tid.resp_h\tquery\n", lines);
		assert_int_equal(b->n, 2);
		logs_assert_name(b, &b->events[0], "\5first", 7);
		logs_assert_name(b, &b->events[1], "\6second", 8);
		assert_int_equal(event_ends(b, &b->events[1])->server[15], 4);
	}
	free(b);
}

/* Two columns for one field: the last one counts, also where it says that there is none. */
static void the_last_of_two_columns_counts(void **state)
{
	static const char two[] = "#fields\tts\tid.orig_h\tquery\tid.resp_h\tquery\n";
	struct batch *b = logs_batch();
	tsv(b, two,
	    "1.5\t10.0.0.1\tfirst\t10.0.0.2\tlast\n1.5\t10.0.0.1\tfirst\t10.0.0.2\t-\n"
	    "1.5\t10.0.0.1\t-\t10.0.0.2\tlast\n");
	assert_int_equal(b->n, 3);
	logs_assert_name(b, &b->events[0], "\4last", 6);
	assert_true(b->events[1].flags & EV_NO_NAME);
	logs_assert_name(b, &b->events[2], "\4last", 6);
	free(b);
}

static void json_has_the_same_fields(void **state)
{
	struct batch *b = logs_batch();
	const struct event *e = logs_json_event(b,
	    "{\"ts\":1717747200.096671,\"uid\":\"C\",\"id.orig_h\":\"192.0.2.7\",\"id.orig_p\":"
	    "42572,"
	    "\"id.resp_h\":\"10.0.0.53\",\"id.resp_p\":53,\"proto\":\"tcp\",\"trans_id\":50297,"
	    "\"query\":\"mail.evil.com\",\"qclass\":1,\"qtype\":1,\"rcode\":3,\"AA\":true,\"TC\":"
	    "true,"
	    "\"RD\":false,\"answers\":[\"a.b\",\"198.51.100.1\",\"TXT 3 "
	    "a,b\"],\"TTLs\":[1.0,2.5,3]}");
	assert_int_equal(e->time_ns, 1717747200096671000);
	assert_int_equal(e->flags, EV_QUERY | EV_RESPONSE | EV_AA | EV_TC);
	assert_int_equal(e->rcode, 3);
	assert_int_equal(e->transport, TR_TCP);
	logs_assert_name(b, e, "\4mail\4evil\3com", 15);
	logs_assert_answer(b, e, 0, 5, 1, "\1a\1b\0");
	logs_assert_answer(b, e, 1, 1, 2, "\xc6\x33\x64\1");
	logs_assert_answer(b, e, 2, 16, 3, "\3a,b");
	logs_assert_ipv4(event_ends(b, e)->client, "\xc0\0\2\7");
	assert_int_equal(event_ends(b, e)->id, 50297);
	free(b);
}

static void json_keys_come_in_several_spellings(void **state)
{
	struct batch *b = logs_batch();
	static const char *const lines[] = {
	    "{\"_path\":\"dns\",\"ts\":\"2024-06-07T08:00:00.5Z\",\"id_orig_h\":\"10.0.0.1\","
	    "\"id_orig_p\":99,\"id_resp_h\":\"10.0.0.2\",\"id_resp_p\":53,\"query\":\"a.b\","
	    "\"qtype_name\":\"AAAA\",\"rcode_name\":\"NXDOMAIN\"}",
	    "{\"query\":\"a.b\",\"qtype\":28,\"rcode\":3,\"id\":{\"orig_h\":\"10.0.0.1\",\"orig_"
	    "p\":99,"
	    "\"resp_h\":\"10.0.0.2\",\"resp_p\":53},\"ts\":1717747200.5}",
	    "{\"\\u0071uery\":\"\\u0061.b\",\"qtype\":28,\"rcode\":3,\"id.orig_h\":\"10.0\\u002e0."
	    "1\","
	    "\"id.orig_p\":\"99\",\"id.resp_h\":\"10.0.0.2\",\"id.resp_p\":\"53\","
	    "\"ts\":1717747200500,\"query\":\"a.b\",\"answers\":null}",
	};
	for (size_t i = 0; i < 3; i++) {
		const struct event *e = logs_json_event(b, lines[i]);
		assert_int_equal(e->time_ns, 1717747200500000000);
		assert_int_equal(e->flags, EV_QUERY | EV_RESPONSE);
		assert_int_equal(e->qtype, 28);
		assert_int_equal(e->rcode, 3);
		logs_assert_name(b, e, "\1a\1b", 5);
		logs_assert_ipv4(event_ends(b, e)->client, "\xa\0\0\1");
		logs_assert_ipv4(event_ends(b, e)->server, "\xa\0\0\2");
		assert_int_equal(event_ends(b, e)->client_port, 99);
		assert_int_equal(event_ends(b, e)->server_port, 53);
	}
	free(b);
}

static void json_names_may_hold_any_byte(void **state)
{
	struct batch *b = logs_batch();
	const struct event *e =
	    logs_json_event(b, "{\"ts\":1,\"id.orig_h\":\"10.0.0.1\",\"id.resp_h\":\"10.0.0.2\","
	                       "\"query\":\"\\\\xff\\u0000\xc3\xa9\\\\\\\\.b\"}");
	logs_assert_name(b, e, "\6\xff\0\xc3\xa9\\\\\1b", 10);
	e = logs_json_event(
	    b, "{\"ts\":1,\"id.orig_h\":\"10.0.0.1\",\"id.resp_h\":\"10.0.0.2\",\"trans_id\":0}");
	assert_int_equal(e->flags, EV_QUERY | EV_NO_NAME);
	free(b);
}

static void what_stays_on_the_link_is_marked(void **state)
{
	struct batch *b = logs_batch();
	tsv(b, "#fields\tts\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tquery\n",
	    "1.0\t10.0.0.1\t5353\t224.0.0.251\t5353\tx.local\n"
	    "1.0\tfe80::1\t5000\tff02::1:3\t5355\tx\n"
	    "1.0\t192.168.1.2\t137\t192.168.1.255\t137\tWORKGROUP\n"
	    "1.0\t10.0.0.1\t5000\t198.51.100.1\t5353\tout\n"
	    "1.0\t10.0.0.1\t5353\t10.0.0.53\t53\tplain\n");
	static const bool local[] = {true, true, true, false, false};
	assert_int_equal(b->n, 5);
	for (int i = 0; i < 5; i++)
		assert_int_equal((b->events[i].flags & EV_LOCAL) != 0, local[i]);
	free(b);
}

static int64_t line_time(enum dh_kind kind, const char *head, const char *line)
{
	const struct dh_chunk c = {.kind = kind, .header = head, .header_len = strlen(head)};
	return dh_line_time(&c, line, strlen(line));
}

static void a_line_tells_its_time(void **state)
{
	static const char line[] = "x\t1717747200.5\t10.0.0.1";
	static const char head[] = "#separator \\x09\n#fields\tuid\tts\tid.orig_h\n";
	assert_int_equal(line_time(DH_ZEEK_TSV, head, line), 1717747200500000000);
	assert_int_equal(line_time(DH_ZEEK_TSV, head, "x"), INT64_MIN);
	assert_int_equal(line_time(DH_ZEEK_TSV, "", line), INT64_MIN);
	assert_int_equal(line_time(DH_FRAMES, "", line), INT64_MIN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_row_becomes_an_event),
	    cmocka_unit_test(columns_go_by_name),
	    cmocka_unit_test(a_new_header_among_the_lines_holds_from_there),
	    cmocka_unit_test(texts_and_bytes_come_back),
	    cmocka_unit_test(bad_lines_are_counted_and_cost_no_neighbour),
	    cmocka_unit_test(lines_may_be_of_any_length),
	    cmocka_unit_test(the_last_of_two_columns_counts),
	    cmocka_unit_test(json_has_the_same_fields),
	    cmocka_unit_test(json_keys_come_in_several_spellings),
	    cmocka_unit_test(json_names_may_hold_any_byte),
	    cmocka_unit_test(what_stays_on_the_link_is_marked),
	    cmocka_unit_test(a_line_tells_its_time),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
