/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "app/capture/follow.h"

static char path[] = "/tmp/dnshound-follow-XXXXXX";
static char got[1 << 16];
static struct chunk_slot slot;

static int open_it(void *ctx, uint16_t source, const char *name)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static void put(const char *text, int flags)
{
	int fd = open(path, O_WRONLY | O_CREAT | flags, 0600);
	assert_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
}

/* All that is there now, and what comes to light with the next seconds. */
static const char *take(struct feeder *f, unsigned seconds)
{
	size_t len = 0;
	for (unsigned i = 0; i <= seconds; i++) {
		unsigned quiet = 0;
		while (quiet < 2) {
			slot.chunk = (struct dh_chunk){.kind = f->kind};
			if (f->read(f, &slot) <= 0) {
				quiet++;
				continue;
			}
			memcpy(got + len, slot.chunk.bytes, slot.chunk.len);
			len += slot.chunk.len;
		}
		if (i < seconds)
			f->second(f, 0);
	}
	got[len] = 0;
	return got;
}

static struct feeder *follow(struct follow_place from)
{
	struct follow_options o = {.feeder = {.name = path},
	    .opener = {open_it, NULL},
	    .format = FORMAT_JSON_LINES,
	    .from = from};
	struct feeder *f = follow_feeder(&o);
	assert_non_null(f);
	return f;
}

static const struct follow_place nowhere;

static void what_is_added_comes_line_by_line(void **state)
{
	put("{\"a\":1}\n{\"b\"", O_TRUNC);
	struct feeder *f = follow(nowhere);
	assert_string_equal(take(f, 0), "{\"a\":1}\n");
	put(":2}\n", O_APPEND);
	assert_string_equal(take(f, 1), "{\"b\":2}\n");
	assert_string_equal(take(f, 1), "");
	f->free(f);
}

static void the_old_file_is_read_to_its_end(void **state)
{
	char old[sizeof(path) + 2];
	snprintf(old, sizeof(old), "%s.1", path);
	put("{\"a\":1}\n", O_TRUNC);
	struct feeder *f = follow(nowhere);
	assert_string_equal(take(f, 1), "{\"a\":1}\n");
	assert_int_equal(rename(path, old), 0);
	int fd = open(old, O_WRONLY | O_APPEND);
	assert_int_equal(write(fd, "{\"b\":2}\n", 8), 8);
	close(fd);
	put("{\"c\":3}\n", O_TRUNC);
	assert_string_equal(take(f, 3), "{\"b\":2}\n{\"c\":3}\n");
	assert_int_equal(f->counts.rotations, 1);
	f->free(f);
	unlink(old);
}

static void a_file_that_was_emptied_begins_again(void **state)
{
	put("{\"first\":1}\n", O_TRUNC);
	struct feeder *f = follow(nowhere);
	assert_string_equal(take(f, 1), "{\"first\":1}\n");
	/* Longer than before: only its beginning tells. */
	put("{\"second\":22222222}\n", O_TRUNC);
	assert_string_equal(take(f, 2), "{\"second\":22222222}\n");
	f->free(f);
}

static void a_place_is_found_again(void **state)
{
	put("{\"a\":1}\n{\"b\":2}\n", O_TRUNC);
	struct feeder *f = follow(nowhere);
	take(f, 1);
	struct follow_place place = follow_place(f);
	f->free(f);
	assert_int_equal(place.offset, 16);
	put("{\"c\":3}\n", O_APPEND);
	f = follow(place);
	assert_string_equal(take(f, 1), "{\"c\":3}\n");
	f->free(f);
	/* Another file of that name: all of it is news. */
	unlink(path);
	put("{\"d\":4}\n", O_EXCL);
	place.inode++;
	f = follow(place);
	assert_string_equal(take(f, 1), "{\"d\":4}\n");
	f->free(f);
}

static void a_file_that_is_not_there_yet(void **state)
{
	unlink(path);
	struct feeder *f = follow(nowhere);
	assert_string_equal(take(f, 1), "");
	put("{\"late\":1}\n", 0);
	assert_string_equal(take(f, 1), "{\"late\":1}\n");
	f->free(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_added_comes_line_by_line),
	    cmocka_unit_test(the_old_file_is_read_to_its_end),
	    cmocka_unit_test(a_file_that_was_emptied_begins_again),
	    cmocka_unit_test(a_place_is_found_again),
	    cmocka_unit_test(a_file_that_is_not_there_yet),
	};
	close(mkstemp(path));
	if (slot_init(&slot) < 0)
		return 1;
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	slot_done(&slot);
	unlink(path);
	return failed;
}
