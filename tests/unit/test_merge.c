/* SPDX-License-Identifier: ISC */
#include "tests/unit/capture_build.h"

#include <zstd.h>

#include "app/capture/merge.h"

static struct scratch tmp;
static struct chunk_slot slot;
static struct told told;

static int setup(void **state)
{
	scratch_init(&tmp);
	return slot_init(&slot);
}

static int teardown(void **state)
{
	scratch_done(&tmp);
	slot_done(&slot);
	return 0;
}

/* In place of the real one: a line of these tests begins {"t":SECONDS or SECONDS. */
static int64_t line_seconds(const struct dh_chunk *chunk, const char *line, size_t len)
{
	char buf[32] = {0};
	size_t skip = chunk->kind == DH_JSON_LINES ? 5 : 0;
	if (len <= skip || len - skip >= sizeof(buf))
		return INT64_MIN;
	memcpy(buf, line + skip, len - skip);
	char *end;
	int64_t t = strtoll(buf, &end, 10);
	return end == buf ? INT64_MIN : t * 1000000000;
}

static int64_t frame_seconds(const struct dh_frame *frame)
{
	return frame->data[0] * 1000000000ll;
}

static struct merge *open_merge(struct listing *list, const char *const *paths, size_t n)
{
	told = (struct told){0};
	struct merge_options o = {
	    .sink = sink_of(&told), .line_time = line_seconds, .frame_time = frame_seconds};
	assert_int_equal(listing_make(list, paths, n, o.sink), 0);
	struct merge *m;
	assert_int_equal(merge_open(&m, list, &o), 0);
	return m;
}

/* "source:time" of every record, in the order they come, with a | between chunks. */
static char *all_records(struct merge *m)
{
	struct build b = {0};
	char text[64];
	while (merge_next(m, &slot) == 1) {
		const struct dh_chunk *c = &slot.chunk;
		if (b.len > 0)
			put_str(&b, "|");
		for (size_t i = 0; i < c->n_frames; i++) {
			int64_t t = c->kind == DH_DNSTAP ? c->frames[i].data[0]
			                                 : c->frames[i].time_ns / 1000000000;
			snprintf(text, sizeof(text), " %u:%d", c->source, (int)t);
			put_str(&b, text);
			for (uint32_t k = 1; k < c->frames[i].caplen; k++)
				assert_int_equal(c->frames[i].data[k], c->source);
		}
		for (size_t at = 0; c->n_frames == 0 && at < c->len;) {
			const char *line = c->bytes + at;
			size_t n = (size_t)((const char *)memchr(line, '\n', c->len - at) - line);
			snprintf(text, sizeof(text), " %u:%.*s", c->source, (int)n, line);
			put_str(&b, text);
			at += n + 1;
		}
	}
	put(&b, "", 1);
	return (char *)b.p;
}

static void expect_order(const char *const *paths, size_t n, const char *want)
{
	struct listing list;
	struct merge *m = open_merge(&list, paths, n);
	char *got = all_records(m);
	assert_string_equal(got, want);
	assert_int_equal(merge_done_bytes(m), merge_total_bytes(m));
	free(got);
	merge_close(m);
	listing_done(&list);
}

/* A capture of packets at these seconds (ended by 0), each byte of them the source's number. */
static const char *pcap_at(const char *name, uint8_t source, const uint32_t *seconds)
{
	struct build b = {0};
	put_pcap_header(&b, 0xa1b2c3d4, 1);
	for (; *seconds; seconds++)
		put_pcap_packet(&b, *seconds, 0, 1 + *seconds % 50, source);
	const char *path = scratch_file(&tmp, name, b.p, b.len);
	build_done(&b);
	return path;
}

static void records_come_in_the_order_of_time_as_runs(void **state)
{
	const char *paths[] = {
	    pcap_at("a", 0, (uint32_t[]){1, 2, 5, 6, 9, 0}),
	    pcap_at("b", 1, (uint32_t[]){3, 4, 7, 9, 10, 0}),
	    pcap_at("c", 2, (uint32_t[]){8, 11, 0}),
	};
	expect_order(paths, 3, " 0:1 0:2| 1:3 1:4| 0:5 0:6| 1:7| 2:8| 0:9| 1:9 1:10| 2:11");
	assert_int_equal(told.n, 0);
}

static void files_that_do_not_overlap_pass_whole_whatever_their_names(void **state)
{
	const char *paths[] = {
	    pcap_at("x", 0, (uint32_t[]){30, 31, 32, 0}),
	    pcap_at("y", 1, (uint32_t[]){10, 11, 12, 0}),
	    pcap_at("z", 2, (uint32_t[]){20, 21, 22, 0}),
	};
	expect_order(paths, 3, " 1:10 1:11 1:12| 2:20 2:21 2:22| 0:30 0:31 0:32");
}

static void a_source_that_goes_back_in_time_is_not_sorted(void **state)
{
	const char *paths[] = {
	    pcap_at("a", 0, (uint32_t[]){5, 1, 2, 8, 0}),
	    pcap_at("b", 1, (uint32_t[]){6, 7, 0}),
	};
	expect_order(paths, 2, " 0:5 0:1 0:2| 1:6 1:7| 0:8");
}

static void logs_and_captures_and_taps_mix(void **state)
{
	struct build tap = {0};
	put_control(&tap, 2, "protobuf:dnstap.Dnstap");
	put_frame(&tap, "\2\3\3");
	put_frame(&tap, "\7\3\3");
	const char *tsv = "#separator \\x09\n#fields\ts\n1\n4\nno time\n5\n";
	const char *json = "{\"t\":3}\n{\"t\":6}\n";
	const char *paths[] = {
	    pcap_at("a", 0, (uint32_t[]){2, 5, 0}),
	    scratch_file(&tmp, "b", tsv, strlen(tsv)),
	    scratch_file(&tmp, "c", json, strlen(json)),
	    scratch_file(&tmp, "d", tap.p, tap.len),
	};
	expect_order(
	    paths, 4, " 1:1| 0:2| 3:2| 2:{\"t\":3}| 1:4 1:no time| 0:5| 1:5| 2:{\"t\":6}| 3:7");
	build_done(&tap);
}

static void a_bad_input_is_told_once_and_the_others_are_read(void **state)
{
	const char *paths[] = {
	    scratch_file(&tmp, "junk", "GIF89a....", 10),
	    pcap_at("a", 1, (uint32_t[]){1, 2, 0}),
	    scratch_file(&tmp, "empty", "", 0),
	};
	expect_order(paths, 3, " 1:1 1:2");
	assert_int_equal(told.n, 2);
	assert_int_equal(told.by_reason[CAPTURE_UNKNOWN], 1);
	assert_int_equal(told.by_reason[CAPTURE_EMPTY], 1);
}

/* The seconds of a sequence of inputs: n files, interleaved. */
static void expect_sorted(size_t n_files, bool zstd, unsigned crowds)
{
	char **paths = calloc(n_files, sizeof(char *));
	for (size_t i = 0; i < n_files; i++) {
		struct build b = {0};
		put_pcap_header(&b, 0xa1b2c3d4, 1);
		for (uint32_t k = 0; k < 40; k++)
			put_pcap_packet(&b, 1 + (uint32_t)i + k * 7, 0, 20, (uint8_t)i);
		char name[32];
		snprintf(name, sizeof(name), "many%04zu", i);
		if (zstd) {
			uint8_t out[4096];
			size_t len = ZSTD_compress(out, sizeof(out), b.p, b.len, 3);
			assert_false(ZSTD_isError(len));
			paths[i] = strdup(scratch_file(&tmp, name, out, len));
		} else {
			paths[i] = strdup(scratch_file(&tmp, name, b.p, b.len));
		}
		build_done(&b);
	}
	struct listing list;
	struct merge *m = open_merge(&list, (const char *const *)paths, n_files);
	size_t n = 0;
	unsigned back = 0;
	int64_t last = 0;
	while (merge_next(m, &slot) == 1) {
		for (size_t i = 0; i < slot.chunk.n_frames; i++, n++) {
			const struct dh_frame *f = &slot.chunk.frames[i];
			assert_int_equal(f->data[19], (uint8_t)slot.chunk.source);
			back += f->time_ns < last;
			last = f->time_ns;
		}
	}
	assert_int_equal(n, n_files * 40);
	assert_int_equal(told.by_reason[CAPTURE_CROWD], crowds);
	assert_int_equal(told.n, crowds);
	if (crowds == 0)
		assert_int_equal(back, 0);
	merge_close(m);
	listing_done(&list);
	for (size_t i = 0; i < n_files; i++)
		free(paths[i]);
	free(paths);
}

static void many_inputs_are_merged_and_too_many_are_told(void **state)
{
	expect_sorted(MERGE_OPEN_MAX, false, 0);
	expect_sorted(MERGE_OPEN_MAX + 40, false, 1);
	expect_sorted(8, true, 0);
	expect_sorted(12, true, 1);
}

static void the_order_does_not_depend_on_where_chunks_are_cut(void **state)
{
	/* Two captures of several chunks each, packet by packet interleaved. */
	struct build a = {0}, b = {0};
	put_pcap_header(&a, 0xa1b2c3d4, 1);
	put_pcap_header(&b, 0xa1b2c3d4, 1);
	enum { N = 9000 };
	for (uint32_t i = 0; i < N; i++) {
		put_pcap_packet(&a, 2 * i + 1, 0, 100, 0);
		put_pcap_packet(&b, 2 * i + 2, 0, 60, 1);
	}
	const char *paths[] = {
	    scratch_file(&tmp, "a", a.p, a.len), scratch_file(&tmp, "b", b.p, b.len)};
	struct listing list;
	struct merge *m = open_merge(&list, paths, 2);
	uint32_t n = 0;
	while (merge_next(m, &slot) == 1) {
		for (size_t i = 0; i < slot.chunk.n_frames; i++, n++) {
			const struct dh_frame *f = &slot.chunk.frames[i];
			assert_true(f->time_ns == (n + 1) * 1000000000ll);
			assert_int_equal(f->data[f->caplen - 1], n % 2);
		}
	}
	assert_int_equal(n, 2 * N);
	merge_close(m);
	listing_done(&list);
	build_done(&a);
	build_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(records_come_in_the_order_of_time_as_runs),
	    cmocka_unit_test(files_that_do_not_overlap_pass_whole_whatever_their_names),
	    cmocka_unit_test(a_source_that_goes_back_in_time_is_not_sorted),
	    cmocka_unit_test(logs_and_captures_and_taps_mix),
	    cmocka_unit_test(a_bad_input_is_told_once_and_the_others_are_read),
	    cmocka_unit_test(many_inputs_are_merged_and_too_many_are_told),
	    cmocka_unit_test(the_order_does_not_depend_on_where_chunks_are_cut),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
