/* SPDX-License-Identifier: ISC */
#include "lib/decode/mapped.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include "tests/unit/logs.h"

static struct dh_mapping mapping;
static struct batch *b;

static const struct event *read_with(const char *preset, const char *header, const char *lines)
{
	static const struct line_meta meta = {.source = 9, .written_ns = 1767400000000000000};
	assert_int_equal(mapped_parse(view_str(preset), &mapping), 0);
	batch_reset(b);
	mapped_lines(&mapping, view_str(header), view_str(lines), &meta, b);
	return b->events;
}

static void a_wrong_preset_is_told_by_line(void **state)
{
	static const struct {
		const char *text;
		uint32_t line;
	} bad[] = {
	    {"", 1},
	    {"shape\tjson\n", 2}, /* says nothing of fields */
	    {"# x\nshape\txml\n", 2},
	    {"shape\tjson\nfield\tqnames\tq\n", 2},
	    {"shape\tjson\nfield\tqname\n", 2},
	    {"shape\tcsv\nfield\tqname\t#0\n", 2},
	    {"shape\tpattern\npattern\tmaybe\t{qname}\n", 2},
	    {"shape\tpattern\npattern\tquery\t{qname\n", 2},
	    {"shape\tpattern\npattern\tquery\t{qname}{client}\n", 2},
	    {"shape\tpattern\npattern\tquery\t{nothing}\n", 2},
	    {"shape\tjson\ncase\tlower\nfield\tqname\tq\n", 2},
	    {"shape\tjson\nzone\tCET\n", 2},
	    {"words\n", 1},
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(mapped_parse(view_str(bad[i].text), &mapping), bad[i].line);
}

#define FIELDS "field\ttime\tts\nfield\tclient\tsrc\nfield\tqname\tq\n"

static void every_shape_is_read(void **state)
{
	static const struct {
		const char *preset, *header, *line;
	} same[] = {
	    {"shape\tjson\n" FIELDS, "", "{\"q\":\"a.b\",\"ts\":1767323045,\"src\":\"10.0.0.7\"}"},
	    {"shape\tcsv\n" FIELDS, "x,src,q,ts", "\"a \"\"b\"\", c\",10.0.0.7,a.b,1767323045"},
	    {"shape\ttsv\n" FIELDS, "ts\tq\tsrc", "1767323045\ta.b\t10.0.0.7"},
	    {"shape\tpairs\n" FIELDS, "", "app: ts=1767323045 q=\"a.b\", src=10.0.0.7 z"},
	    {"shape\tpairs\n" FIELDS, "", "Jan  2 03:04:05 host app: q=a.b src=10.0.0.7"},
	    {"shape\tpattern\npattern\tquery\t{} {client} asks {qname}\n", "",
	        "[1767323045] x   10.0.0.7 asks\t a.b"},
	};
	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		const struct event *e = read_with(same[i].preset, same[i].header, same[i].line);
		assert_int_equal(b->n, 1);
		assert_int_equal(e->time_ns, 1767323045000000000);
		logs_assert_name(b, e, "\1a\1b", 5);
		logs_assert_ipv4(event_ends(b, e)->client, "\x0a\0\0\7");
		assert_int_equal(event_ends(b, e)->source, 9);
	}
}

static void keys_are_found_nested_and_with_dots(void **state)
{
	static const char preset[] =
	    "shape\tjson\nfield\ttime\tts\nfield\tclient\tc.ip\tc\nfield\tqname\td.q.name\n";
	static const char *const lines[] = {
	    "{\"ts\":1767323045,\"c\":{\"ip\":\"10.0.0.7\"},\"d\":{\"q\":{\"name\":\"a\"}}}",
	    "{\"ts\":1767323045,\"c.ip\":\"10.0.0.7\",\"d.q.name\":\"a\"}",
	    "{\"ts\":1767323045,\"c\":\"10.0.0.7\",\"d\":{\"x\":[{\"q\":1}],\"q.name\":\"a\"}}",
	    "{\"d.q\":{\"name\":\"a\"},\"c\":\"10.0.0.9\",\"c.ip\":\"10.0.0.7\",\"ts\":1767323045}",
	};
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		const struct event *e = read_with(preset, "", lines[i]);
		assert_int_equal(b->n, 1);
		logs_assert_ipv4(event_ends(b, e)->client, "\x0a\0\0\7");
		logs_assert_name(b, e, "\1a", 3);
	}
}

static void what_is_missing_is_counted_by_reason(void **state)
{
	static const struct {
		const char *line;
		enum malformed why;
	} bad[] = {
	    {"{\"q\":\"a.b\",\"src\":\"10.0.0.7\"}", MALFORMED_LINE_TIME},
	    {"{\"q\":\"a.b\",\"ts\":\"soon\",\"src\":\"10.0.0.7\"}", MALFORMED_LINE_TIME},
	    {"{\"q\":\"a.b\",\"ts\":1767323045}", MALFORMED_LINE_ADDRESS},
	    {"{\"q\":\"a.b\",\"ts\":1767323045,\"src\":\"pc7\"}", MALFORMED_LINE_ADDRESS},
	    {"{\"ts\":1767323045,\"src\":\"10.0.0.7\"}", MALFORMED_LINE_FIELDS},
	    {"{\"ts\":1767323045,\"src\":", MALFORMED_LINE_JSON},
	    {"ts=1767323045", MALFORMED_LINE_JSON},
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		(void)read_with("shape\tjson\n" FIELDS, "", bad[i].line);
		assert_int_equal(b->n, 0);
		assert_int_equal(b->malformed[bad[i].why], 1);
	}
	(void)read_with("shape\tcsv\n" FIELDS, "ts,src,renamed", "1767323045,10.0.0.7,a.b");
	assert_int_equal(b->malformed[MALFORMED_LINE_FIELDS], 1);
	(void)read_with("shape\tcsv\n" FIELDS, "ts,src,q", "1767323045,10.0.0.7,\"a.b");
	assert_int_equal(b->malformed[MALFORMED_LINE_FIELDS], 1);
}

static void a_hostile_name_does_not_move_other_fields(void **state)
{
	static const char preset[] = "shape\tpattern\npattern\tquery\t{} q {qname} from {client}\n";
	(void)read_with(preset, "", "[1767323045] x q a from 10.0.0.9 from 10.0.0.7");
	assert_int_equal(b->n, 0);
	(void)read_with(preset, "", "[1767323045] x q a b from 10.0.0.7");
	assert_int_equal(b->n, 0);
}

static void a_packet_is_read_whole(void **state)
{
	const struct event *e =
	    read_with("shape\tpairs\nfield\tpacket\tp\n" FIELDS "case\tknown\n", "",
	        "ts=1767323045 src=10.0.0.7 p=0x1234010000010000000000000377775707"
	        "6578616d706c6503636f6d0000100001");
	assert_int_equal(b->n, 1);
	logs_assert_name(b, e, "\3wwW\7example\3com", 17);
	assert_int_equal(e->qtype, 16);
	assert_int_equal(event_ends(b, e)->id, 0x1234);
}

static void counted_labels_are_what_they_count(void **state)
{
	static const char preset[] = "shape\tpairs\nnames\tcounted\n" FIELDS;
	const struct event *e =
	    read_with(preset, "", "ts=1767323045 src=10.0.0.7 q=(5)a.(1)(3)com(0)");
	logs_assert_name(b, e, "\5a.(1)\3com", 11);
	assert_false(e->flags & EV_NAME_CUT);
	e = read_with(preset, "", "ts=1767323045 src=10.0.0.7 q=(2)abc(3)com(0)");
	logs_assert_name(b, e, "\3abc\3com", 9);
	assert_true(e->flags & EV_NAME_CUT);
	assert_int_equal(b->malformed[MALFORMED_LINE_NAME], 1);
}

static int set_up(void **state)
{
	b = logs_batch();
	return 0;
}

static int tear_down(void **state)
{
	free(b);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_wrong_preset_is_told_by_line),
	    cmocka_unit_test(every_shape_is_read),
	    cmocka_unit_test(keys_are_found_nested_and_with_dots),
	    cmocka_unit_test(what_is_missing_is_counted_by_reason),
	    cmocka_unit_test(a_hostile_name_does_not_move_other_fields),
	    cmocka_unit_test(a_packet_is_read_whole),
	    cmocka_unit_test(counted_labels_are_what_they_count),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
