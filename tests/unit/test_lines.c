/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>
#include <zlib.h>

#include "include/dnshound.h"
#include "lib/decode/zeek.h"
#include "tests/unit/logs.h"

#define ZEEK "{\"ts\":1.5,\"id.orig_h\":\"10.0.0.1\",\"id.resp_h\":\"10.0.0.2\",\"query\":\"zeek\"}"
#define EVE                                                                                       \
	"{\"timestamp\":\"2024-06-07T08:00:00+0000\",\"event_type\":\"dns\",\"src_ip\":\"10.0.0." \
	"1\","                                                                                    \
	"\"dest_ip\":\"10.0.0.2\",\"dns\":{\"type\":\"query\",\"rrname\":\"eve\",\"rrtype\":"     \
	"\"A\"}}"
#define ALERT "{\"timestamp\":\"x\",\"event_type\":\"alert\",\"alert\":{\"severity\":1}}"
#define CONN \
	"{\"ts\":1.5,\"id.orig_h\":\"10.0.0.1\",\"id.resp_h\":\"10.0.0.2\",\"conn_state\":\"SF\"}"
#define HTTP "{\"_path\":\"http\",\"ts\":1.5,\"id.orig_h\":\"10.0.0.1\",\"query\":\"x\"}"

static const struct line_meta meta = {0};

static void lines_of_all_kinds_may_be_mixed(void **state)
{
	struct batch *b = logs_batch();
	logs_json(b,
	    ZEEK "\n\n" EVE "\r\n" ALERT "\n{broken\n \t\r\n" CONN "\n" HTTP "\n" EVE "\n" ZEEK,
	    &meta);
	assert_int_equal(b->records, 8);
	assert_int_equal(b->skipped, 3);
	assert_int_equal(b->malformed[MALFORMED_LINE_JSON], 1);
	assert_int_equal(b->n, 4);
	logs_assert_name(b, &b->events[0], "\4zeek", 6);
	logs_assert_name(b, &b->events[1], "\3eve", 5);
	logs_assert_name(b, &b->events[2], "\3eve", 5);
	logs_assert_name(b, &b->events[3], "\4zeek", 6);
	static const uint16_t seqs[] = {0, 1, 6, 7};
	for (int i = 0; i < 4; i++)
		assert_int_equal(b->events[i].seq, seqs[i]);
	free(b);
}

/* The keys of earlier lines are a guess, and never more: whatever came before, a line gives the
 * same event as alone. */
static void lines_before_change_nothing(void **state)
{
	static const char *const lines[] = {
	    ZEEK,
	    EVE,
	    "{\"query\":\"back.wards\",\"id.resp_h\":\"10.0.0.2\",\"id.orig_h\":\"10.0.0.1\","
	    "\"ts\":2.5}",
	    "{\"ts\":1.5,\"id\":{\"orig_h\":\"10.0.0.1\",\"resp_h\":\"10.0.0.9\"},\"query\":"
	    "\"nested\"}",
	    "{\"ts\":1.5,\"unknown\":[1,{\"query\":\"no\"}],\"id.orig_h\":\"10.0.0.1\","
	    "\"id.resp_h\":\"10.0.0.2\",\"query\":\"first\",\"query\":\"last\"}",
	    "{ \"ts\" : 1.5 , \"id.orig_h\" : \"10.0.0.1\" , \"id.resp_h\" : \"10.0.0.2\" , "
	    "\"query\" : "
	    "\"blanks\" }",
	    "{\"timestamp\":\"2024-06-07T08:00:00+0000\",\"event_type\":\"dns\",\"src_ip\":\"10.0."
	    "0.1\","
	    "\"dest_ip\":\"10.0.0.2\",\"dns\":{\"type\":\"answer\",\"rrname\":\"a\",\"rrtype\":"
	    "\"A\","
	    "\"answers\":[{\"rrname\":\"a\",\"rrtype\":\"A\",\"ttl\":5,\"rdata\":\"192.0.2.1\"},"
	    "{\"rdata\":\"192.0.2.2\",\"rrtype\":\"A\"}]}}",
	    "{\"ts\":1.5,\"orig_h\":\"10.9.9.9\",\"id.orig_h\":\"10.0.0.1\",\"id.resp_h\":\"10.0.0."
	    "2\","
	    "\"query\":\"level\",\"rrname\":\"x\"}",
	};
	enum { LINES = sizeof(lines) / sizeof(lines[0]) };
	for (unsigned first = 0; first < LINES; first++) {
		for (unsigned second = 0; second < LINES; second++) {
			char text[2048];
			struct batch *alone = logs_batch(), *behind = logs_batch();
			snprintf(text, sizeof(text), "%s\n%s\n", lines[first], lines[second]);
			logs_json(alone, lines[second], &meta);
			logs_json(behind, text, &meta);
			assert_int_equal(alone->n, 1);
			assert_int_equal(behind->n, 2);
			const struct event *a = &alone->events[0], *b = &behind->events[1];
			assert_int_equal(a->time_ns, b->time_ns);
			assert_int_equal(a->flags, b->flags);
			assert_int_equal(event_end(a) - a->arena_off, event_end(b) - b->arena_off);
			assert_memory_equal(alone->arena + a->arena_off,
			    behind->arena + b->arena_off, event_end(a) - a->arena_off);
			free(alone);
			free(behind);
		}
	}
}

static void a_line_too_long_is_counted(void **state)
{
	struct batch *b = logs_batch();
	size_t len = LINE_MAX_BYTES + 100;
	char *lines = malloc(len + sizeof(ZEEK));
	memset(lines, ' ', len);
	lines[0] = '{';
	lines[len - 1] = '\n';
	memcpy(lines + len, ZEEK, sizeof(ZEEK) - 1);
	json_lines(view_of(lines, len + sizeof(ZEEK) - 1), &meta, b);
	assert_int_equal(b->malformed[MALFORMED_LINE_LONG], 1);
	assert_int_equal(b->n, 1);
	free(lines);
	free(b);
}

static void a_line_tells_its_time(void **state)
{
	assert_int_equal(json_line_time(view_of(ZEEK, strlen(ZEEK))), 1500000000);
	assert_int_equal(json_line_time(view_of(EVE, strlen(EVE))), 1717747200000000000);
	assert_int_equal(json_line_time(view_of(ALERT, strlen(ALERT))), INT64_MIN);
	assert_int_equal(json_line_time(view_of("{}", 2)), INT64_MIN);
	assert_int_equal(json_line_time(view_of("", 0)), INT64_MIN);
}

struct totals {
	uint64_t records, events, skipped, malformed, names_cut;
};

/* Feed a whole file in chunks, as the readers do. */
static struct totals read_file(const char *path, bool is_tsv, struct batch *b)
{
	struct totals t = {0};
	size_t room = 64u << 20, len = 0;
	char *text = malloc(room);
	gzFile f = gzopen(path, "rb");
	if (!f)
		fail_msg("%s does not open", path);
	for (int n; (n = gzread(f, text + len, (unsigned)(room - len))) > 0;)
		len += (size_t)n;
	gzclose(f);
	size_t head = 0;
	while (is_tsv && head < len && text[head] == '#')
		head = (size_t)((char *)memchr(text + head, '\n', len - head) - text) + 1;
	for (size_t at = head; at < len;) {
		size_t end = at + CHUNK_BYTES < len ? at + CHUNK_BYTES : len;
		while (end < len && end > at && text[end - 1] != '\n')
			end--;
		batch_reset(b);
		struct view lines = view_of(text + at, end - at);
		if (is_tsv)
			zeek_tsv_lines(view_of(text, head), lines, &meta, b);
		else
			json_lines(lines, &meta, b);
		t.records += b->records;
		t.events += b->n;
		t.skipped += b->skipped;
		for (int i = 0; i < MALFORMED_COUNT; i++)
			t.malformed += b->malformed[i];
		t.names_cut += b->malformed[MALFORMED_LINE_NAME];
		at = end;
	}
	free(text);
	return t;
}

/* Every log of the corpus gives as many events as its manifest has rows. */
static void corpora_are_read_whole(void **state)
{
	const char *corpus = getenv("DNSHOUND_CORPUS");
	char path[4096], row[4096];
	int files = 0;
	corpus = corpus ? corpus : "../shared/data";
	snprintf(path, sizeof(path), "%s/MANIFEST.tsv", corpus);
	FILE *manifest = fopen(path, "r");
	if (!manifest) {
		print_message("no %s: not run\n", path);
		skip();
	}
	struct batch *b = logs_batch();
	while (fgets(row, sizeof(row), manifest)) {
		char *field[8], *at = row;
		unsigned n = 0;
		while (n < 8 && at)
			field[n++] = strsep(&at, "\t");
		if (n < 8)
			continue;
		bool is_tsv = strcmp(field[2], "zeek tsv") == 0;
		if (!is_tsv && strcmp(field[2], "zeek json") != 0 && strcmp(field[2], "eve") != 0)
			continue;
		snprintf(path, sizeof(path), "%s/open/%s", corpus, field[0]);
		struct totals t = read_file(path, is_tsv, b);
		if (t.events != strtoull(field[6], NULL, 10) || t.malformed != t.names_cut)
			fail_msg("%s: %s rows, %llu events, %llu skipped, %llu malformed", field[0],
			    field[6], (unsigned long long)t.events, (unsigned long long)t.skipped,
			    (unsigned long long)t.malformed);
		files++;
	}
	fclose(manifest);
	free(b);
	assert_true(files > 0);
	print_message("%d logs of the corpus read\n", files);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lines_of_all_kinds_may_be_mixed),
	    cmocka_unit_test(lines_before_change_nothing),
	    cmocka_unit_test(a_line_too_long_is_counted),
	    cmocka_unit_test(a_line_tells_its_time),
	    cmocka_unit_test(corpora_are_read_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
