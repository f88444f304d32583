/* SPDX-License-Identifier: ISC */
#include "tests/unit/capture_build.h"

#include <errno.h>
#include <signal.h>
#include <sys/time.h>

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

static struct source *open_as(const char *path, enum capture_format format)
{
	told = (struct told){0};
	struct source *s = NULL;
	struct source_options o = {
	    .path = path, .format = format, .number = 3, .site = 4, .sink = sink_of(&told)};
	assert_int_equal(source_open(&s, &o), 0);
	return s;
}

static struct source *open_bytes(const struct build *b)
{
	return open_as(scratch_file(&tmp, "in", b->p, b->len), FORMAT_AUTO);
}

static size_t count_frames(struct source *s)
{
	size_t n = 0;
	while (source_next(s, &slot) == 1) {
		assert_int_equal(slot.chunk.source, 3);
		assert_int_equal(slot.chunk.site, 4);
		assert_in_range(slot.chunk.n_frames, 1, DH_CHUNK_FRAMES);
		n += slot.chunk.n_frames;
	}
	assert_int_equal(source_next(s, &slot), 0);
	return n;
}

/* All lines of a source, the header in force before each chunk in brackets. */
static char *all_lines(struct source *s)
{
	struct build b = {0};
	while (source_next(s, &slot) == 1) {
		assert_int_equal(slot.chunk.bytes[slot.chunk.len - 1], '\n');
		if (slot.chunk.header) {
			put_str(&b, "[");
			put(&b, slot.chunk.header, slot.chunk.header_len);
			put_str(&b, "]");
		}
		put(&b, slot.chunk.bytes, slot.chunk.len);
	}
	put(&b, "", 1);
	return (char *)b.p;
}

static void expect_lines(const char *file, const char *want, unsigned n_told)
{
	struct build b = {0};
	put_str(&b, file);
	struct source *s = open_bytes(&b);
	char *got = all_lines(s);
	assert_string_equal(got, want);
	assert_int_equal(told.n, n_told);
	free(got);
	source_close(s);
	build_done(&b);
}

static void packets_of_every_size_come_through_in_order(void **state)
{
	struct build b = {0};
	put_pcap_header(&b, 0xa1b2c3d4, 1);
	enum { N = 20000 };
	for (uint32_t i = 0; i < N; i++)
		put_pcap_packet(&b, i, 0, i == 777 ? 262144 : i % 100, (uint8_t)i);
	struct source *s = open_bytes(&b);
	assert_int_equal(source_format(s), FORMAT_PCAP);
	uint32_t n = 0;
	while (source_next(s, &slot) == 1) {
		assert_true(slot.chunk.len <= SLOT_CHUNK_BYTES || slot.chunk.n_frames == 1);
		assert_int_equal(slot.chunk.kind, DH_FRAMES);
		for (size_t i = 0; i < slot.chunk.n_frames; i++, n++) {
			const struct dh_frame *f = &slot.chunk.frames[i];
			assert_true(f->time_ns == (int64_t)n * 1000000000);
			assert_int_equal(f->caplen, n == 777 ? 262144 : n % 100);
			if (f->caplen > 0)
				assert_int_equal(f->data[f->caplen - 1], (uint8_t)n);
		}
	}
	assert_int_equal(n, N);
	assert_int_equal(told.n, 0);
	assert_int_equal(source_done_bytes(s), b.len);
	assert_int_equal(source_total_bytes(s), b.len);
	source_close(s);
	build_done(&b);
}

static void chunks_in_different_slots_live_side_by_side(void **state)
{
	struct build b = {0};
	put_pcap_header(&b, 0xa1b2c3d4, 1);
	for (uint32_t i = 0; i < 4500; i++)
		put_pcap_packet(&b, i, 0, 90, (uint8_t)(i % 251));
	struct source *s = open_bytes(&b);
	struct chunk_slot slots[8];
	size_t n_chunks = 0;
	for (size_t k = 0; k < 8; k++) {
		assert_int_equal(slot_init(&slots[k]), 0);
		n_chunks += source_next(s, &slots[k]) == 1;
	}
	source_close(s);
	assert_in_range(n_chunks, 2, 7);
	uint32_t n = 0;
	for (size_t k = 0; k < n_chunks; k++) {
		for (size_t i = 0; i < slots[k].chunk.n_frames; i++, n++)
			assert_int_equal(slots[k].chunk.frames[i].data[89], n % 251);
	}
	for (size_t k = 0; k < 8; k++)
		slot_done(&slots[k]);
	assert_int_equal(n, 4500);
	build_done(&b);
}

static void a_capture_without_packets_is_fine(void **state)
{
	struct build b = {0};
	put_pcap_header(&b, 0xa1b2c3d4, 1);
	struct source *s = open_bytes(&b);
	assert_int_equal(count_frames(s), 0);
	assert_int_equal(told.n, 0);
	source_close(s);
	build_done(&b);
}

static void a_cut_last_record_is_a_warning(void **state)
{
	for (size_t missing = 1; missing < 60; missing += 29) {
		struct build b = {0};
		put_pcap_header(&b, 0xa1b2c3d4, 1);
		put_pcap_packet(&b, 1, 0, 50, 1);
		size_t at = b.len;
		put_pcap_packet(&b, 2, 0, 50, 2);
		b.len -= missing;
		struct source *s = open_bytes(&b);
		assert_int_equal(count_frames(s), 1);
		assert_int_equal(told.n, 1);
		assert_int_equal(told.by_severity[CAPTURE_WARNING], 1);
		assert_int_equal(told.by_reason[CAPTURE_RECORD_CUT], 1);
		assert_int_equal(told.last_offset, at);
		assert_non_null(strstr(told.last_file, "/in"));
		source_close(s);
		build_done(&b);
	}
}

static void a_broken_length_is_told_with_its_offset_and_left_behind(void **state)
{
	struct build b = {0};
	put_pcap_header(&b, 0xa1b2c3d4, 1);
	for (uint32_t i = 0; i < 5000; i++)
		put_pcap_packet(&b, 1700000000, 0, 70, 0xff);
	size_t at = b.len;
	put32(&b, 1700000000);
	put32(&b, 0);
	put32(&b, 0xffffffff);
	put32(&b, 70);
	for (uint32_t i = 0; i < 20000; i++)
		put_pcap_packet(&b, 1700000000, 0, 70, 0xff);
	struct source *s = open_bytes(&b);
	size_t n = 0;
	while (source_next(s, &slot) == 1) {
		assert_true(slot.chunk.len <= SLOT_CHUNK_BYTES);
		n += slot.chunk.n_frames;
	}
	assert_int_equal(n, 25000);
	assert_int_equal(told.n, 1);
	assert_int_equal(told.by_severity[CAPTURE_ERROR], 1);
	assert_int_equal(told.by_reason[CAPTURE_RECORD_LENGTH], 1);
	assert_int_equal(told.last_offset, at);
	assert_non_null(strstr(told.last_text, "4294967295"));
	source_close(s);
	build_done(&b);
}

static void nothing_good_within_reach_ends_the_file(void **state)
{
	struct build b = {0};
	put_pcap_header(&b, 0xa1b2c3d4, 1);
	put_pcap_packet(&b, 1700000000, 0, 70, 0xff);
	for (int i = 0; i < 70000; i++)
		put(&b, "\xff", 1);
	for (int i = 0; i < 2; i++)
		put_pcap_packet(&b, 1700000000, 0, 70, 0xff);
	struct source *s = open_bytes(&b);
	assert_int_equal(count_frames(s), 1);
	assert_int_equal(told.n, 1);
	source_close(s);
	build_done(&b);
}

static void a_thousand_damages_are_counted_not_listed(void **state)
{
	struct build b = {0};
	put_section(&b);
	put_interface(&b, 1, 0, -1, 0);
	for (int i = 0; i < 1000; i++) {
		put_enhanced(&b, 0, 1, "good");
		put_enhanced(&b, 9, 1, "of no interface");
	}
	struct source *s = open_bytes(&b);
	assert_int_equal(source_format(s), FORMAT_PCAPNG);
	assert_int_equal(count_frames(s), 1000);
	assert_int_equal(told.n, SOURCE_REPORTS);
	source_close(s);
	assert_int_equal(told.n, SOURCE_REPORTS + 1);
	assert_string_equal(told.last_text, "992 more such places in this file");
	build_done(&b);
}

static void a_huge_unknown_block_is_passed_without_being_kept(void **state)
{
	struct build b = {0};
	put_section(&b);
	put_interface(&b, 1, 0, -1, 0);
	uint8_t *body = calloc(1, 5000000);
	put_block(&b, 0xabc, body, 5000000);
	put_enhanced(&b, 0, 1, "behind it");
	struct source *s = open_bytes(&b);
	assert_int_equal(count_frames(s), 1);
	assert_int_equal(told.n, 0);
	source_close(s);
	b.len = 3000000;
	s = open_bytes(&b);
	assert_int_equal(count_frames(s), 0);
	assert_int_equal(told.by_reason[CAPTURE_RECORD_CUT], 1);
	source_close(s);
	free(body);
	build_done(&b);
}

static void dnstap_files_give_payloads(void **state)
{
	struct build b = {0};
	put_control(&b, 2, "protobuf:dnstap.Dnstap");
	put_frame(&b, "payload");
	struct source *s = open_bytes(&b);
	assert_int_equal(source_next(s, &slot), 1);
	assert_int_equal(slot.chunk.kind, DH_DNSTAP);
	assert_int_equal(slot.chunk.n_frames, 1);
	assert_memory_equal(slot.chunk.frames[0].data, "payload", 7);
	assert_int_equal(source_next(s, &slot), 0);
	assert_int_equal(told.n, 0);
	source_close(s);
	b.len = 0;
	put_control(&b, 2, "protobuf:other.Thing");
	s = open_bytes(&b);
	assert_int_equal(count_frames(s), 0);
	assert_int_equal(told.by_reason[CAPTURE_UNKNOWN], 1);
	source_close(s);
	build_done(&b);
}

static void zeek_header_lines_are_taken_out_and_kept_in_force(void **state)
{
	expect_lines("#separator \\x09\n#fields\tts\n1\ta#b\n2\tb\n#close\tx\n",
	    "[#separator \\x09\n#fields\tts\n]1\ta#b\n2\tb\n", 0);
	/* Two logs in one file: a chunk ends where the header changes. */
	expect_lines("#separator \\x09\n#fields\ta\n1\n#close\n#separator ,\n#fields,b\n2\n3\n",
	    "[#separator \\x09\n#fields\ta\n]1\n[#separator ,\n#fields,b\n]2\n3\n", 0);
	expect_lines("#separator \\x09\r\n#fields\tts\r\n1\r\n2\r\n",
	    "[#separator \\x09\n#fields\tts\n]1\n2\n", 0);
	expect_lines("#separator \\x09\n#fields\tts\n", "", 0);
}

static void json_lines_come_whole(void **state)
{
	expect_lines("{\"a\":1}\n{\"a\":2}", "{\"a\":1}\n{\"a\":2}\n", 0);
	expect_lines("\xef\xbb\xbf{\"a\":1}\r\n{\"a\":2}\r\n", "{\"a\":1}\n{\"a\":2}\n", 0);
}

static void many_lines_make_chunks_of_whole_lines(void **state)
{
	struct build b = {0};
	for (int i = 0; i < 30000; i++) {
		char line[64];
		snprintf(line, sizeof(line), "{\"n\":%d,\"x\":\"%.*s\"}\n", i, i % 30,
		    "abcdefghijklmnopqrstuvwxyzabcdefghij");
		put_str(&b, line);
	}
	struct source *s = open_bytes(&b);
	char *got = all_lines(s);
	assert_int_equal(strlen(got), b.len);
	assert_memory_equal(got, b.p, b.len);
	free(got);
	source_close(s);
	build_done(&b);
}

static void a_line_beyond_the_limit_is_told_and_skipped(void **state)
{
	static const struct {
		size_t len;
		bool is_good, has_end;
	} cases[] = {
	    {SLOT_CHUNK_BYTES + 5, true, true},
	    {SLOT_LINE_MAX, true, true},
	    {SLOT_LINE_MAX, true, false},
	    {SLOT_LINE_MAX + 1, false, true},
	    {SLOT_LINE_MAX + 1, false, false},
	    {3 * SLOT_LINE_MAX, false, true},
	};
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		struct build b = {0}, want = {0};
		put_str(&b, "{\"a\":1}\n");
		size_t at = b.len;
		char *line = malloc(cases[k].len);
		memset(line, 'x', cases[k].len);
		put(&b, line, cases[k].len);
		free(line);
		if (cases[k].has_end)
			put_str(&b, "\n{\"a\":2}\n");
		if (cases[k].is_good) {
			put(&want, b.p, b.len);
			if (!cases[k].has_end)
				put_str(&want, "\n");
		} else {
			put_str(&want, "{\"a\":1}\n");
			if (cases[k].has_end)
				put_str(&want, "{\"a\":2}\n");
		}
		struct source *s = open_bytes(&b);
		char *got = all_lines(s);
		assert_int_equal(strlen(got), want.len);
		assert_memory_equal(got, want.p, want.len);
		assert_int_equal(told.by_reason[CAPTURE_LINE_LONG], cases[k].is_good ? 0 : 1);
		if (!cases[k].is_good)
			assert_int_equal(told.last_offset, at);
		free(got);
		source_close(s);
		build_done(&b);
		build_done(&want);
	}
}

static void expect_refusal(
    const char *path, bool in_directory, enum capture_reason reason, enum capture_severity severity)
{
	told = (struct told){0};
	struct source *s = NULL;
	struct source_options o = {
	    .path = path, .in_directory = in_directory, .sink = sink_of(&told)};
	assert_true(source_open(&s, &o) < 0);
	assert_null(s);
	assert_int_equal(told.n, 1);
	assert_int_equal(told.by_reason[reason], 1);
	assert_int_equal(told.by_severity[severity], 1);
	assert_string_equal(told.last_file, path);
}

static void what_cannot_be_read_is_told_why(void **state)
{
	expect_refusal("/nonexistent/x.pcap", false, CAPTURE_MISSING, CAPTURE_ERROR);
	expect_refusal("/tmp", false, CAPTURE_DIRECTORY, CAPTURE_ERROR);
	expect_refusal("/dev/null", false, CAPTURE_EMPTY, CAPTURE_ERROR);
	const char *path = scratch_file(&tmp, "empty", "", 0);
	expect_refusal(path, false, CAPTURE_EMPTY, CAPTURE_ERROR);
	path = scratch_file(&tmp, "picture", "GIF89a....", 10);
	expect_refusal(path, false, CAPTURE_UNKNOWN, CAPTURE_ERROR);
	expect_refusal(path, true, CAPTURE_UNKNOWN, CAPTURE_NOTE);
	if (geteuid() != 0) {
		chmod(path, 0);
		expect_refusal(path, true, CAPTURE_DENIED, CAPTURE_ERROR);
	}
}

static void a_forced_format_overrides_what_is_seen(void **state)
{
	const char *path = scratch_file(&tmp, "log", "plain\nlines\n", 12);
	struct source *s = open_as(path, FORMAT_ZEEK_TSV);
	char *got = all_lines(s);
	assert_string_equal(got, "[]plain\nlines\n");
	free(got);
	source_close(s);
	s = open_as(path, FORMAT_PCAP);
	assert_int_equal(count_frames(s), 0);
	assert_int_equal(told.by_severity[CAPTURE_ERROR], 1);
	source_close(s);
}

/* A pipe with the reading end as standard input. */
static int pipe_in(int *ret_saved)
{
	int fds[2];
	assert_int_equal(pipe(fds), 0);
	*ret_saved = dup(STDIN_FILENO);
	assert_int_equal(dup2(fds[0], STDIN_FILENO), STDIN_FILENO);
	close(fds[0]);
	return fds[1];
}

static void send_bytes(int fd, struct build *b)
{
	assert_int_equal(write(fd, b->p, b->len), (ssize_t)b->len);
	b->len = 0;
}

/* The test would hang, and be ended, if the reader waited for more than there is. */
static void packets_of_a_pipe_come_as_they_are_written(void **state)
{
	int saved, fd = pipe_in(&saved);
	struct build b = {0};
	alarm(20);
	put_pcap_header(&b, 0xa1b2c3d4, 1);
	put_pcap_packet(&b, 1, 0, 60, 1);
	send_bytes(fd, &b);
	struct source *s = open_as("-", FORMAT_AUTO);
	assert_int_equal(source_next(s, &slot), 1);
	assert_int_equal(slot.chunk.n_frames, 1);
	for (uint32_t i = 2; i < 10; i++) {
		put_pcap_packet(&b, i, 0, 60, 1);
		put_pcap_packet(&b, i, 0, 60, 1);
		size_t cut = b.len - 7;
		uint8_t rest[7];
		memcpy(rest, b.p + cut, 7);
		b.len = cut;
		send_bytes(fd, &b);
		assert_int_equal(source_next(s, &slot), 1);
		assert_int_equal(slot.chunk.n_frames, 1);
		put(&b, rest, 7);
		send_bytes(fd, &b);
		assert_int_equal(source_next(s, &slot), 1);
		assert_int_equal(slot.chunk.n_frames, 1);
		assert_true(slot.chunk.frames[0].time_ns == i * 1000000000ll);
	}
	/* More packets at once than a chunk takes: all of them, without another byte. */
	for (uint32_t i = 0; i < 3000; i++)
		put_pcap_packet(&b, 10, 0, 0, 0);
	send_bytes(fd, &b);
	size_t n = 0;
	while (n < 3000) {
		assert_int_equal(source_next(s, &slot), 1);
		n += slot.chunk.n_frames;
	}
	close(fd);
	assert_int_equal(source_next(s, &slot), 0);
	assert_int_equal(source_total_bytes(s), 0);
	assert_int_equal(told.n, 0);
	source_close(s);
	alarm(0);
	dup2(saved, STDIN_FILENO);
	close(saved);
	build_done(&b);
}

static void lines_of_a_pipe_come_as_they_are_written(void **state)
{
	int saved, fd = pipe_in(&saved);
	struct build b = {0};
	alarm(20);
	put_str(&b, "#separator \\x09\n#fields\ta\n1\n2\n#fields\tb\n3\n");
	send_bytes(fd, &b);
	struct source *s = open_as("-", FORMAT_AUTO);
	assert_int_equal(source_next(s, &slot), 1);
	assert_int_equal(slot.chunk.len, 4);
	assert_int_equal(source_next(s, &slot), 1);
	assert_int_equal(slot.chunk.len, 2);
	assert_memory_equal(slot.chunk.bytes, "3\n", 2);
	put_str(&b, "4\n5");
	send_bytes(fd, &b);
	assert_int_equal(source_next(s, &slot), 1);
	assert_memory_equal(slot.chunk.bytes, "4\n", slot.chunk.len);
	close(fd);
	assert_int_equal(source_next(s, &slot), 1);
	assert_memory_equal(slot.chunk.bytes, "5\n", slot.chunk.len);
	assert_int_equal(source_next(s, &slot), 0);
	source_close(s);
	alarm(0);
	dup2(saved, STDIN_FILENO);
	close(saved);
	build_done(&b);
}

static void ring(int signal)
{
}

static void a_signal_while_waiting_loses_nothing(void **state)
{
	int saved, fd = pipe_in(&saved);
	struct build b = {0};
	struct sigaction old, act = {.sa_handler = ring}; /* without SA_RESTART */
	sigaction(SIGALRM, &act, &old);
	put_pcap_header(&b, 0xa1b2c3d4, 1);
	put_pcap_packet(&b, 1, 0, 60, 1);
	b.len -= 20;
	send_bytes(fd, &b);
	struct source *s = open_as("-", FORMAT_AUTO);
	struct itimerval soon = {.it_interval.tv_usec = 20000, .it_value.tv_usec = 20000},
	                 off = {0};
	setitimer(ITIMER_REAL, &soon, NULL);
	for (int i = 0; i < 3; i++)
		assert_int_equal(source_next(s, &slot), -EINTR);
	setitimer(ITIMER_REAL, &off, NULL);
	for (int i = 0; i < 20; i++)
		put(&b, "\1", 1);
	send_bytes(fd, &b);
	assert_int_equal(source_next(s, &slot), 1);
	assert_int_equal(slot.chunk.n_frames, 1);
	assert_int_equal(slot.chunk.frames[0].caplen, 60);
	close(fd);
	assert_int_equal(source_next(s, &slot), 0);
	assert_int_equal(told.n, 0);
	source_close(s);
	sigaction(SIGALRM, &old, NULL);
	dup2(saved, STDIN_FILENO);
	close(saved);
	build_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(packets_of_every_size_come_through_in_order),
	    cmocka_unit_test(chunks_in_different_slots_live_side_by_side),
	    cmocka_unit_test(a_capture_without_packets_is_fine),
	    cmocka_unit_test(a_cut_last_record_is_a_warning),
	    cmocka_unit_test(a_broken_length_is_told_with_its_offset_and_left_behind),
	    cmocka_unit_test(nothing_good_within_reach_ends_the_file),
	    cmocka_unit_test(a_thousand_damages_are_counted_not_listed),
	    cmocka_unit_test(a_huge_unknown_block_is_passed_without_being_kept),
	    cmocka_unit_test(dnstap_files_give_payloads),
	    cmocka_unit_test(zeek_header_lines_are_taken_out_and_kept_in_force),
	    cmocka_unit_test(json_lines_come_whole),
	    cmocka_unit_test(many_lines_make_chunks_of_whole_lines),
	    cmocka_unit_test(a_line_beyond_the_limit_is_told_and_skipped),
	    cmocka_unit_test(what_cannot_be_read_is_told_why),
	    cmocka_unit_test(a_forced_format_overrides_what_is_seen),
	    cmocka_unit_test(packets_of_a_pipe_come_as_they_are_written),
	    cmocka_unit_test(a_signal_while_waiting_loses_nothing),
	    cmocka_unit_test(lines_of_a_pipe_come_as_they_are_written),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
