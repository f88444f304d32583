/* SPDX-License-Identifier: ISC */
#include "tests/unit/capture_build.h"

#include "app/capture/fstrm.h"

#define DNSTAP "protobuf:dnstap.Dnstap"

static struct dh_frame frames[8];

static enum walk_end walk_all(struct fstrm *s, const struct build *b, struct walk *w)
{
	*w = (struct walk){.frames = frames, .max_frames = 8};
	return fstrm_walk(s, view_of(b->p, b->len), w);
}

static void frames_lie_between_start_and_stop_and_files_may_be_concatenated(void **state)
{
	struct build b = {0};
	for (int i = 0; i < 2; i++) {
		put_control(&b, 2, DNSTAP);
		put_frame(&b, "abc");
		put_frame(&b, "de");
		put_control(&b, 3, NULL);
	}
	struct fstrm s = {0};
	struct walk w;
	assert_int_equal(walk_all(&s, &b, &w), WALK_MORE);
	assert_int_equal(w.n_frames, 4);
	assert_int_equal(w.used, b.len);
	assert_int_equal(frames[3].caplen, 2);
	assert_memory_equal(frames[3].data, "de", 2);
	build_done(&b);
}

static void a_frame_split_by_the_window_asks_for_its_whole_length(void **state)
{
	struct build b = {0};
	put_control(&b, 2, DNSTAP);
	put_frame(&b, "0123456789");
	b.len -= 3;
	struct fstrm s = {0};
	struct walk w;
	assert_int_equal(walk_all(&s, &b, &w), WALK_MORE);
	assert_int_equal(w.n_frames, 0);
	assert_int_equal(w.need, 14);
	build_done(&b);
}

static void other_content_is_foreign(void **state)
{
	struct build b = {0};
	put_control(&b, 2, "protobuf:something.Else");
	put_frame(&b, "x");
	struct fstrm s = {0};
	struct walk w;
	assert_int_equal(walk_all(&s, &b, &w), WALK_FOREIGN);
	build_done(&b);
}

static void nonsense_is_bad(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
	} cases[] = {
	    {"\0\0\0\0\0\0\xff\xff\0\0\0\2", 12},                       /* control frame too long */
	    {"\0\0\0\0\0\0\0\3\0\0\0\2", 12},                           /* too short for its type */
	    {"\0\0\0\0\0\0\0\4\0\0\0\x63", 12},                         /* no such type */
	    {"\0\0\0\0\0\0\0\x0c\0\0\0\2\0\0\0\1\xff\xff\xff\xff", 20}, /* field runs out */
	    {"\0\0\0\3abc", 7},                                         /* data before START */
	    {"\x7f\xff\xff\xff", 4},                                    /* 2 GB of data */
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct build b = {0};
		put(&b, cases[i].bytes, cases[i].len);
		struct fstrm s = {0};
		struct walk w;
		assert_int_equal(walk_all(&s, &b, &w), WALK_BAD);
		assert_int_equal(w.used, 0);
		build_done(&b);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(frames_lie_between_start_and_stop_and_files_may_be_concatenated),
	    cmocka_unit_test(a_frame_split_by_the_window_asks_for_its_whole_length),
	    cmocka_unit_test(other_content_is_foreign),
	    cmocka_unit_test(nonsense_is_bad),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
