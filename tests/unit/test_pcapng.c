/* SPDX-License-Identifier: ISC */
#include "tests/unit/capture_build.h"

#include "app/capture/pcapng.h"

static struct dh_frame frames[DH_CHUNK_FRAMES];
static struct pcapng reader;

static enum walk_end walk_all(const struct build *b, struct walk *w)
{
	pcapng_init(&reader);
	*w = (struct walk){.frames = frames, .max_frames = DH_CHUNK_FRAMES};
	return pcapng_walk(&reader, view_of(b->p, b->len), w);
}

static void sections_may_differ_in_byte_order_and_interfaces(void **state)
{
	struct build b = {0};
	put_section(&b);
	put_interface(&b, 1, 0, -1, 0);
	put_interface(&b, 101, 0, 9, 0);
	put_enhanced(&b, 0, 5000001, "one");
	put_enhanced(&b, 1, 5000001, "two!");
	b.big_endian = true;
	put_section(&b);
	put_interface(&b, 113, 0, 3, 100);
	put_enhanced(&b, 0, 2001, "three");
	struct walk w;
	assert_int_equal(walk_all(&b, &w), WALK_MORE);
	assert_int_equal(w.n_frames, 3);
	assert_int_equal(w.used, b.len);
	assert_true(frames[0].time_ns == 5000001000);
	assert_true(frames[1].time_ns == 5000001);
	assert_true(frames[2].time_ns == 102001000000);
	assert_int_equal(frames[0].linktype, 1);
	assert_int_equal(frames[1].linktype, 101);
	assert_int_equal(frames[2].linktype, 113);
	assert_int_equal(frames[2].caplen, 5);
	assert_memory_equal(frames[2].data, "three", 5);
	build_done(&b);
}

static void clocks_tick_in_powers_of_ten_and_of_two(void **state)
{
	static const struct {
		int tsresol;
		int64_t offset_s;
		uint64_t ticks;
		int64_t want_ns;
	} cases[] = {
	    {0, 0, 7, 7000000000},
	    {6, 0, 7, 7000},
	    {9, 0, 7, 7},
	    {12, 0, 7999, 7},
	    {19, 0, 70000000000, 7},
	    {100, 0, UINT64_MAX, 1}, /* finer than 64 bits of ticks can show: clamped */
	    {0x80, 0, 7, 7000000000},
	    {0x80 | 10, 0, 1536, 1500000000},
	    {0x80 | 32, 0, 0x180000000, 1500000000},
	    {0x80 | 127, 0, UINT64_MAX, 0},
	    {6, -2, 3000000, 1000000000},
	    {0, 0, UINT64_MAX, INT64_MAX},
	    {6, INT64_MAX, 1, INT64_MAX},
	    {6, INT64_MIN, 1, INT64_MIN + 1},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct build b = {.big_endian = i % 2};
		put_section(&b);
		put_interface(&b, 1, 0, cases[i].tsresol, cases[i].offset_s);
		put_enhanced(&b, 0, cases[i].ticks, "x");
		struct walk w;
		walk_all(&b, &w);
		assert_int_equal(w.n_frames, 1);
		assert_true(frames[0].time_ns == cases[i].want_ns);
		build_done(&b);
	}
}

static void simple_and_obsolete_packets_are_read(void **state)
{
	struct build b = {0};
	put_section(&b);
	put_interface(&b, 1, 4, -1, 0);
	put_interface(&b, 1, 0, -1, 0);
	put_enhanced(&b, 0, 42, "x");
	struct build body = {0};
	put32(&body, 9); /* longer than snaplen 4 */
	put_str(&body, "abcd");
	put_block(&b, 3, body.p, body.len);
	body.len = 0;
	put16(&body, 1); /* interface */
	put16(&body, 3); /* drops */
	put32(&body, 0);
	put32(&body, 43);
	put32(&body, 3);
	put32(&body, 99);
	put_str(&body, "old");
	put_block(&b, 2, body.p, body.len);
	struct walk w;
	assert_int_equal(walk_all(&b, &w), WALK_MORE);
	assert_int_equal(w.n_frames, 3);
	assert_int_equal(frames[1].caplen, 4);
	assert_int_equal(frames[1].len, 9);
	assert_true(frames[1].time_ns == 42000);
	assert_memory_equal(frames[2].data, "old", 3);
	assert_int_equal(frames[2].len, 99);
	assert_true(frames[2].time_ns == 43000);
	build_done(&body);
	build_done(&b);
}

static void unknown_blocks_are_skipped_even_when_larger_than_the_window(void **state)
{
	struct build b = {0};
	put_section(&b);
	put_interface(&b, 1, 0, -1, 0);
	put_block(&b, 0x80000bad, "whatever", 8);
	put_enhanced(&b, 0, 1, "x");
	size_t at = b.len;
	put32(&b, 0xbad);
	put32(&b, 4000000);
	put32(&b, 0);
	struct walk w;
	assert_int_equal(walk_all(&b, &w), WALK_SKIP);
	assert_int_equal(w.n_frames, 1);
	assert_int_equal(w.used, at);
	assert_int_equal(w.skip, 4000000);
	build_done(&b);
}

/* A file with one broken block between two packets: the second must still be found. */
static void expect_recovery(const struct build *broken, const char *why)
{
	struct build b = {0};
	put_section(&b);
	put_interface(&b, 1, 0, -1, 0);
	put_enhanced(&b, 0, 1, "first");
	size_t bad_at = b.len;
	put(&b, broken->p, broken->len);
	size_t good_at = b.len;
	put_enhanced(&b, 0, 2, "second");
	struct walk w;
	assert_int_equal(walk_all(&b, &w), WALK_BAD);
	assert_int_equal(w.n_frames, 1);
	assert_int_equal(w.used, bad_at);
	assert_string_equal(w.why, why);
	size_t at = 0;
	struct view rest = view_of(b.p + bad_at, b.len - bad_at);
	assert_int_equal(pcapng_resync(&reader, rest, true, &at), RESYNC_FOUND);
	assert_int_equal(bad_at + at, good_at);
	build_done(&b);
}

static void broken_blocks_are_told_and_left_behind(void **state)
{
	struct build x = {0};
	put32(&x, 6);
	put32(&x, 0xfffffffc);
	for (int i = 0; i < 40; i++)
		put_str(&x, "\xff");
	expect_recovery(&x, "a block length that cannot be");
	x.len = 0;
	put_enhanced(&x, 0, 1, "the trailing length is wrong");
	x.p[x.len - 4] ^= 0x10;
	expect_recovery(&x, "a block whose two lengths differ");
	x.len = 0;
	put_enhanced(&x, 77, 1, "no such interface");
	expect_recovery(&x, "a packet of an interface that was not described");
	x.len = 0;
	put_enhanced(&x, 0, 1, "longer than its block");
	x.p[20] = 0xf0;
	expect_recovery(&x, "a packet longer than its block");
	x.len = 0;
	put_block(&x, 6, "shortage", 8);
	expect_recovery(&x, "a packet block too short for its fields");
	build_done(&x);
}

static void interfaces_beyond_the_table_are_refused(void **state)
{
	struct build b = {0};
	put_section(&b);
	for (int i = 0; i <= PCAPNG_INTERFACES; i++)
		put_interface(&b, 1, 0, -1, 0);
	struct walk w;
	assert_int_equal(walk_all(&b, &w), WALK_BAD);
	assert_string_equal(w.why, "more interfaces in a section than are kept");
	build_done(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(sections_may_differ_in_byte_order_and_interfaces),
	    cmocka_unit_test(clocks_tick_in_powers_of_ten_and_of_two),
	    cmocka_unit_test(simple_and_obsolete_packets_are_read),
	    cmocka_unit_test(unknown_blocks_are_skipped_even_when_larger_than_the_window),
	    cmocka_unit_test(broken_blocks_are_told_and_left_behind),
	    cmocka_unit_test(interfaces_beyond_the_table_are_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
