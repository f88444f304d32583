/* SPDX-License-Identifier: ISC */
#include "tests/unit/capture_build.h"

#include "app/capture/pcapfile.h"

static struct dh_frame frames[DH_CHUNK_FRAMES];

static enum walk_end walk_all(struct pcapfile *f, const struct build *b, struct walk *w)
{
	*w = (struct walk){.frames = frames, .max_frames = DH_CHUNK_FRAMES};
	return pcapfile_walk(f, view_of(b->p, b->len), w);
}

static void every_flavour_of_header_is_read(void **state)
{
	static const struct {
		uint32_t magic;
		bool big_endian;
		int64_t time_ns;
	} cases[] = {
	    {0xa1b2c3d4, false, 1700000000000007000},
	    {0xa1b2c3d4, true, 1700000000000007000},
	    {0xa1b23c4d, false, 1700000000000000007},
	    {0xa1b23c4d, true, 1700000000000000007},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct build b = {.big_endian = cases[i].big_endian};
		/* 0x14 in the upper byte: frames end in a 2-byte check sequence. */
		put_pcap_header(&b, cases[i].magic, 0x14000001);
		put_pcap_packet(&b, 1700000000, 7, 60, 'x');
		put_pcap_packet(&b, 1700000001, 7, 0, 'x');
		struct pcapfile f = {0};
		struct walk w;
		assert_int_equal(walk_all(&f, &b, &w), WALK_MORE);
		assert_int_equal(w.n_frames, 2);
		assert_int_equal(w.used, b.len);
		assert_true(frames[0].time_ns == cases[i].time_ns);
		assert_int_equal(frames[0].linktype, 1);
		assert_int_equal(frames[0].caplen, 60);
		assert_int_equal(frames[0].data[59], 'x');
		build_done(&b);
	}
}

static void kuznetzov_records_have_eight_bytes_more(void **state)
{
	struct build b = {0};
	put_pcap_header(&b, 0xa1b2cd34, 1);
	for (uint32_t i = 0; i < 3; i++) {
		put32(&b, 100 + i);
		put32(&b, 0);
		put32(&b, 5);
		put32(&b, 9);
		put(&b, "\1\0\0\0\10\0\0\0", 8);
		put_str(&b, "hello");
	}
	struct pcapfile f = {0};
	struct walk w;
	assert_int_equal(walk_all(&f, &b, &w), WALK_MORE);
	assert_int_equal(w.n_frames, 3);
	assert_memory_equal(frames[2].data, "hello", 5);
	assert_int_equal(frames[2].len, 9);
	build_done(&b);
}

static void windows_cut_anywhere_give_the_same_packets(void **state)
{
	struct build b = {0};
	put_pcap_header(&b, 0xa1b2c3d4, 1);
	for (uint32_t i = 0; i < 50; i++)
		put_pcap_packet(&b, 1000 + i, 0, i * 3, (uint8_t)i);
	struct pcapfile f = {0};
	size_t at = 0, have = 0;
	uint32_t seen = 0;
	while (at < b.len) {
		struct walk w = {.frames = frames, .max_frames = 3};
		have = have < at + 1 ? at + 1 : have;
		enum walk_end end = pcapfile_walk(&f, view_of(b.p + at, have - at), &w);
		for (uint32_t i = 0; i < w.n_frames; i++, seen++) {
			assert_true(frames[i].time_ns == (1000 + (int64_t)seen) * 1000000000);
			assert_int_equal(frames[i].caplen, seen * 3);
		}
		at += w.used;
		if (end == WALK_MORE)
			have = at + w.need;
	}
	assert_int_equal(seen, 50);
	build_done(&b);
}

static void an_absurd_length_is_bad_and_the_next_record_is_found(void **state)
{
	struct build b = {0};
	put_pcap_header(&b, 0xa1b2c3d4, 1);
	put_pcap_packet(&b, 1700000000, 0, 80, 0xff);
	size_t bad_at = b.len;
	put32(&b, 1700000001);
	put32(&b, 0);
	put32(&b, 0xfffffff0);
	put32(&b, 60);
	for (int i = 0; i < 30; i++)
		put_str(&b, "\xff\xff");
	size_t good_at = b.len;
	put_pcap_packet(&b, 1700000002, 5, 61, 0xfe);
	put_pcap_packet(&b, 1700000003, 5, 62, 0xfd);
	struct pcapfile f = {0};
	struct walk w;
	assert_int_equal(walk_all(&f, &b, &w), WALK_BAD);
	assert_int_equal(w.n_frames, 1);
	assert_int_equal(w.used, bad_at);
	assert_int_equal(w.value, 0xfffffff0);
	size_t at = 0;
	assert_int_equal(
	    pcapfile_resync(&f, view_of(b.p + bad_at, b.len - bad_at), false, &at), RESYNC_FOUND);
	assert_int_equal(bad_at + at, good_at);
	/* Half of it: it cannot be known yet; at the end of the file, never. */
	struct view half = view_of(b.p + bad_at, good_at + 40 - bad_at);
	assert_int_equal(pcapfile_resync(&f, half, false, &at), RESYNC_MORE);
	assert_int_equal(pcapfile_resync(&f, half, true, &at), RESYNC_NONE);
	build_done(&b);
}

static void a_record_of_another_year_is_no_place_to_go_on(void **state)
{
	struct build b = {0};
	put_pcap_header(&b, 0xa1b2c3d4, 1);
	put_pcap_packet(&b, 1700000000, 0, 80, 0xff);
	size_t bad_at = b.len;
	put_str(&b, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff");
	put_pcap_packet(&b, 1500000002, 5, 61, 0xff);
	put_pcap_packet(&b, 1500000003, 5, 62, 0xff);
	struct pcapfile f = {0};
	struct walk w;
	assert_int_equal(walk_all(&f, &b, &w), WALK_BAD);
	size_t at = 0;
	assert_int_equal(
	    pcapfile_resync(&f, view_of(b.p + bad_at, b.len - bad_at), true, &at), RESYNC_NONE);
	build_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_flavour_of_header_is_read),
	    cmocka_unit_test(kuznetzov_records_have_eight_bytes_more),
	    cmocka_unit_test(windows_cut_anywhere_give_the_same_packets),
	    cmocka_unit_test(an_absurd_length_is_bad_and_the_next_record_is_found),
	    cmocka_unit_test(a_record_of_another_year_is_no_place_to_go_on),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
