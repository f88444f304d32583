/* SPDX-License-Identifier: ISC
 *
 * A line per event at the end of a file. A process that is killed between writing a line and
 * noting so in the journal would write it twice: so the first event after a start is looked for in
 * the file's last line. Half a line that was left is cut off. The file may be moved away at any
 * time: the next event begins a new one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/alert/driver.h"
#include "app/alert/format.h"

enum { TAIL_MAX = 1 << 20 };

struct file {
	const struct sink_config *sink;
	int fd;
	dev_t device;
	ino_t inode;
	char *last; /* the file's last line at the start; NULL once it was compared */
};

static bool is_stdout(const struct file *f)
{
	return strcmp(f->sink->address, "-") == 0;
}

static void *file_open(const struct driver_context *c)
{
	struct file *f = calloc(1, sizeof(*f));
	if (!f)
		return NULL;
	f->sink = c->sink;
	f->fd = -1;
	return f;
}

static void file_close(void *driver)
{
	struct file *f = driver;
	if (f->fd > STDERR_FILENO)
		close(f->fd);
	free(f->last);
	free(f);
}

/* The last whole line; half a one behind it is cut off when `cut` says so. */
static char *read_tail(int fd, bool cut)
{
	off_t size = lseek(fd, 0, SEEK_END), from = size > TAIL_MAX ? size - TAIL_MAX : 0;
	char *buf = size > 0 ? malloc((size_t)(size - from) + 1) : NULL;
	ssize_t n = buf ? pread(fd, buf, (size_t)(size - from), from) : -1;
	if (n <= 0) {
		free(buf);
		return NULL;
	}
	char *end = memrchr(buf, '\n', (size_t)n);
	if (!end) {
		if (cut && from == 0 && ftruncate(fd, 0) != 0)
			errno = 0; /* the next line begins behind it, as well as may be */
		free(buf);
		return NULL;
	}
	if (cut && end + 1 < buf + n && ftruncate(fd, from + (end + 1 - buf)) != 0)
		errno = 0;
	*end = 0;
	char *line = memrchr(buf, '\n', (size_t)(end - buf));
	if (line)
		memmove(buf, line + 1, (size_t)(end - line));
	return buf;
}

/* logrotate may have moved it meanwhile. */
static char *read_moved(const char *path)
{
	char moved[4096];
	snprintf(moved, sizeof(moved), "%s.1", path);
	int fd = open(moved, O_RDONLY | O_CLOEXEC);
	char *line = fd >= 0 ? read_tail(fd, false) : NULL;
	if (fd >= 0)
		close(fd);
	return line;
}

static bool reopen(struct file *f, struct delivery *d)
{
	struct stat now, open_one;
	bool first = f->fd < 0;

	if (is_stdout(f)) {
		f->fd = STDOUT_FILENO;
		return true;
	}
	if (!first && stat(f->sink->address, &now) == 0 && now.st_ino == f->inode &&
	    now.st_dev == f->device)
		return true;
	if (!first)
		close(f->fd);
	f->fd = open(f->sink->address, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0640);
	if (f->fd < 0 || fstat(f->fd, &open_one) != 0) {
		snprintf(d->why, sizeof(d->why), "%s: %s", f->sink->address, strerror(errno));
		if (f->fd >= 0)
			close(f->fd);
		f->fd = -1;
		return false;
	}
	f->inode = open_one.st_ino;
	f->device = open_one.st_dev;
	if (first && S_ISREG(open_one.st_mode)) {
		f->last = read_tail(f->fd, true);
		if (!f->last)
			f->last = read_moved(f->sink->address);
	}
	return true;
}

static bool was_written(struct file *f, const char *id)
{
	char quoted[256], plain[256];
	snprintf(quoted, sizeof(quoted), "\"%s\"", id);
	snprintf(plain, sizeof(plain), "externalId=%s ", id);
	bool found = f->last && (strstr(f->last, quoted) || strstr(f->last, plain));
	free(f->last);
	f->last = NULL;
	return found;
}

/* All of it or nothing. */
static bool write_line(const struct file *f, const char *line, size_t len)
{
	off_t before = lseek(f->fd, 0, SEEK_END);
	size_t done = 0;
	while (done < len) {
		ssize_t n = write(f->fd, line + done, len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			int error = errno;
			if (before >= 0 && done && ftruncate(f->fd, before) != 0)
				error = errno;
			errno = error;
			return false;
		}
		done += (size_t)n;
	}
	return true;
}

static enum delivered file_deliver(void *driver, struct delivery *d)
{
	struct file *f = driver;
	static const struct format_options none;

	if (!reopen(f, d))
		return DELIVER_LATER;
	if (was_written(f, d->id))
		return DELIVERED;
	char *text = format_event(f->sink->format, d->event, &none);
	size_t len = text ? strlen(text) : 0;
	char *line = text ? realloc(text, len + 2) : NULL;
	if (!line) {
		free(text);
		return DELIVER_LATER;
	}
	memcpy(line + len, "\n", 2);
	bool written = write_line(f, line, len + 1);
	if (!written)
		snprintf(d->why, sizeof(d->why), "%s: %s", f->sink->address, strerror(errno));
	free(line);
	return written ? DELIVERED : DELIVER_LATER;
}

static bool file_check(const struct sink_config *c, char *why, size_t size)
{
	if (c->address && *c->address)
		return true;
	snprintf(why, size, "a file sink needs the path of its file");
	return false;
}

const struct driver driver_file = {
    .name = "file",
    .default_format = FORMAT_JSON,
    .formats =
        1 << FORMAT_JSON | 1 << FORMAT_ECS | 1 << FORMAT_OCSF | 1 << FORMAT_EVE | 1 << FORMAT_CEF,
    .takes_all = true,
    .open = file_open,
    .deliver = file_deliver,
    .close = file_close,
    .check = file_check,
};
