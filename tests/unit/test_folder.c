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
#include <sys/stat.h>
#include <unistd.h>

#include "app/capture/folder.h"

static char dir[] = "/tmp/dnshound-folder-XXXXXX";
static char got[1 << 16];
static struct chunk_slot slot;
static unsigned reports;

static int open_it(void *ctx, uint16_t source, const char *name)
{
	int at = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (!name || at < 0)
		return at < 0 ? -errno : at;
	int fd = openat(at, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	int error = -errno;
	close(at);
	return fd < 0 ? error : fd;
}

static void tell(void *ctx, const struct capture_report *r)
{
	reports++;
}

/* Appends; the file is as old as it is told. */
static void put(const char *name, const char *text, time_t changed)
{
	char path[300];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
	const struct timespec times[2] = {{changed, 0}, {changed, 0}};
	assert_true(write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	assert_int_equal(futimens(fd, times), 0);
	close(fd);
}

static void drop(const char *name)
{
	char path[300];
	snprintf(path, sizeof(path), "%s/%s", dir, name);
	unlink(path);
}

/* What comes within so many seconds of the daemon, without its braces and line ends. */
static const char *take(struct feeder *f, unsigned seconds)
{
	size_t len = 0;
	for (unsigned i = 0; i < seconds; i++) {
		for (unsigned quiet = 0; quiet < 4;) {
			slot.chunk = (struct dh_chunk){.kind = f->kind};
			if (f->read(f, &slot) <= 0) {
				quiet++;
				continue;
			}
			for (size_t k = 0; k < slot.chunk.len; k++)
				if (slot.chunk.bytes[k] >= '0' && slot.chunk.bytes[k] <= '9')
					got[len++] = slot.chunk.bytes[k];
		}
		f->second(f, 0);
	}
	got[len] = 0;
	return got;
}

static struct feeder *folder(const struct folder_place *from)
{
	struct folder_options o = {.feeder = {.name = dir, .sink = {tell, NULL}},
	    .opener = {open_it, NULL},
	    .format = FORMAT_JSON_LINES};
	if (from)
		o.from = *from;
	struct feeder *f = folder_feeder(&o);
	assert_non_null(f);
	return f;
}

static void files_come_in_the_order_of_their_last_change(void **state)
{
	put("b", "{\"n\":1}\n", 1000);
	put("c", "{\"n\":3}\n", 3000);
	put("a", "{\"n\":2}\n", 2000);
	put(".hidden", "{\"n\":9}\n", 2500);
	struct feeder *f = folder(NULL);
	assert_string_equal(take(f, 5), "123");
	/* The newest grows, and has a successor in time. */
	put("c", "{\"n\":4}\n", 4000);
	assert_string_equal(take(f, 2), "4");
	put("d", "{\"n\":5}\n", 5000);
	put("e", "{\"n\":6}\n", 5000);
	assert_string_equal(take(f, 4), "56");
	assert_int_equal(f->counts.rotations, 4);
	f->free(f);
	for (const char *name = "abcde"; *name; name++)
		drop((char[]){*name, 0});
	drop(".hidden");
}

static void it_goes_on_where_it_was(void **state)
{
	put("a", "{\"n\":1}\n", 1000);
	put("b", "{\"n\":2}\n{\"n\":5}\n", 2000);
	struct feeder *f = folder(NULL);
	assert_string_equal(take(f, 4), "125");
	struct folder_place place = folder_place(f);
	f->free(f);
	put("b", "{\"n\":3}\n", 3000);
	put("c", "{\"n\":4}\n", 4000);
	f = folder(&place);
	assert_string_equal(take(f, 4), "34");
	f->free(f);
	/* A file of that name that is another one is read from its beginning; its number may be
	 * the same. */
	drop("c");
	drop("b");
	put("b", "{\"n\":7}\n", 9000);
	f = folder(&place);
	assert_string_equal(take(f, 4), "7");
	f->free(f);
	drop("a");
	drop("b");
}

static void what_is_no_input_is_passed_over(void **state)
{
	char path[300], link[300];
	struct feeder *f;
	put("a", "", 500);
	snprintf(path, sizeof(path), "%s/d", dir);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(link, sizeof(link), "%s/l", dir);
	assert_int_equal(symlink("/etc/passwd", link), 0);
	f = folder(NULL);
	assert_string_equal(take(f, 3), "");
	put("z", "{\"n\":8}\n", 9000);
	assert_string_equal(take(f, 3), "8");
	f->free(f);
	rmdir(path);
	unlink(link);
	drop("a");
	drop("z");
}

static void a_folder_that_is_not_there_is_told_of_once(void **state)
{
	reports = 0;
	assert_int_equal(rmdir(dir), 0);
	struct feeder *f = folder(NULL);
	assert_string_equal(take(f, 5), "");
	assert_int_equal(reports, 1);
	assert_int_equal(mkdir(dir, 0700), 0);
	put("a", "{\"n\":1}\n", 1000);
	assert_string_equal(take(f, 3), "1");
	f->free(f);
	drop("a");
}

static int prepare(void **state)
{
	return mkdtemp(dir) ? slot_init(&slot) : -1;
}

static int done(void **state)
{
	slot_done(&slot);
	return rmdir(dir);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files_come_in_the_order_of_their_last_change),
	    cmocka_unit_test(it_goes_on_where_it_was),
	    cmocka_unit_test(what_is_no_input_is_passed_over),
	    cmocka_unit_test(a_folder_that_is_not_there_is_told_of_once),
	};
	return cmocka_run_group_tests(tests, prepare, done);
}
