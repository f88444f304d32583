/* SPDX-License-Identifier: ISC */
#include "tests/unit/capture_build.h"

#include "app/capture/listing.h"

static struct scratch tmp;
static struct told told;

static int setup(void **state)
{
	scratch_init(&tmp);
	return 0;
}

static int teardown(void **state)
{
	scratch_done(&tmp);
	return 0;
}

static const char *path_of(const char *name)
{
	static char paths[4][256];
	static unsigned turn;
	char *p = paths[turn++ % 4];
	snprintf(p, sizeof(paths[0]), "%s/%s", tmp.dir, name);
	return p;
}

static void expect_listing(const char *const *paths, size_t n, const char *const *want)
{
	told = (struct told){0};
	struct listing list;
	assert_int_equal(listing_make(&list, paths, n, sink_of(&told)), 0);
	size_t i = 0;
	for (; want[i]; i++) {
		assert_true(i < list.n);
		assert_string_equal(list.files[i].path + strlen(tmp.dir) + 1, want[i]);
	}
	assert_int_equal(list.n, i);
	listing_done(&list);
}

static void directories_are_read_recursively_sorted_and_without_loops(void **state)
{
	mkdir(path_of("d"), 0700);
	mkdir(path_of("d/b"), 0700);
	mkdir(path_of("d/b/deep"), 0700);
	mkdir(path_of("d/.hidden"), 0700);
	scratch_file(&tmp, "d/z.pcap", "12345", 5);
	scratch_file(&tmp, "d/a.pcap", "1", 1);
	scratch_file(&tmp, "d/b/x.log", "1", 1);
	scratch_file(&tmp, "d/b/deep/y.log", "1", 1);
	scratch_file(&tmp, "d/.hidden/no.pcap", "1", 1);
	scratch_file(&tmp, "d/.no.pcap", "1", 1);
	scratch_file(&tmp, "outside.pcap", "1", 1);
	assert_int_equal(symlink("..", path_of("d/b/loop")), 0);
	assert_int_equal(symlink("a.pcap", path_of("d/current.pcap")), 0);
	assert_int_equal(symlink("../outside.pcap", path_of("d/linked.pcap")), 0);
	assert_int_equal(symlink("nowhere", path_of("d/dangling")), 0);
	assert_int_equal(mkfifo(path_of("d/pipe"), 0600), 0);
	const char *dir[] = {path_of("d")};
	expect_listing(dir, 1,
	    (const char *const[]){
	        "d/a.pcap", "d/b/deep/y.log", "d/b/x.log", "d/linked.pcap", "d/z.pcap", NULL});
	assert_int_equal(told.n, 0);
	/* What is named stays where it was named. */
	const char *mixed[] = {path_of("outside.pcap"), path_of("d/b"), path_of("d/a.pcap")};
	expect_listing(mixed, 3,
	    (const char *const[]){"outside.pcap", "d/b/deep/y.log", "d/b/x.log", "d/a.pcap", NULL});
}

static void what_is_missing_is_told_and_the_rest_listed(void **state)
{
	scratch_file(&tmp, "there.pcap", "123", 3);
	const char *paths[] = {path_of("nowhere.pcap"), path_of("there.pcap")};
	expect_listing(paths, 2, (const char *const[]){"there.pcap", NULL});
	assert_int_equal(told.n, 1);
	assert_int_equal(told.by_reason[CAPTURE_MISSING], 1);
	assert_string_equal(told.last_file, paths[0]);
}

static void sizes_and_kinds_are_known(void **state)
{
	told = (struct told){0};
	mkdir(path_of("e"), 0700);
	scratch_file(&tmp, "e/five", "12345", 5);
	const char *paths[] = {"-", path_of("e")};
	struct listing list;
	assert_int_equal(listing_make(&list, paths, 2, sink_of(&told)), 0);
	assert_int_equal(list.n, 2);
	assert_false(list.files[0].is_regular);
	assert_false(list.files[0].in_directory);
	assert_true(list.files[1].is_regular);
	assert_true(list.files[1].in_directory);
	assert_int_equal(list.files[1].size, 5);
	listing_done(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(directories_are_read_recursively_sorted_and_without_loops),
	    cmocka_unit_test(what_is_missing_is_told_and_the_rest_listed),
	    cmocka_unit_test(sizes_and_kinds_are_known),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
