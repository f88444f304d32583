/* SPDX-License-Identifier: ISC */
#include "app/cmd/carve_dir.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { SUGGESTION_MAX = 64, NUMBERS = 100000 };

static bool is_empty(int fd)
{
	bool empty = true;
	DIR *d = fdopendir(dup(fd));
	if (!d)
		return false;
	for (struct dirent *e; empty && (e = readdir(d));)
		empty = strcmp(e->d_name, ".") == 0 || strcmp(e->d_name, "..") == 0;
	closedir(d);
	return empty;
}

int carve_dir_open(struct carve_dir *d, const char *path, bool force, uint64_t max_bytes)
{
	*d = (struct carve_dir){.path = path, .fd = -1, .left = max_bytes};
	if (mkdir(path, 0700) < 0 && errno != EEXIST)
		return -errno;
	int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;
	if (!force && !is_empty(fd)) {
		close(fd);
		return -ENOTEMPTY;
	}
	d->fd = fd;
	return 0;
}

void carve_dir_done(struct carve_dir *d)
{
	if (d->fd >= 0)
		close(d->fd);
	d->fd = -1;
}

static bool is_plain(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '-' || c == '_';
}

/* What stands behind the last separator of either system, made harmless. */
static size_t harmless(struct view v, char to[SUGGESTION_MAX + 1])
{
	size_t from = 0, n = 0;
	for (size_t i = 0; i < v.len; i++)
		if (v.p[i] == '/' || v.p[i] == '\\')
			from = i + 1;
	/* Of a name that is too long, its end tells more. */
	if (v.len - from > SUGGESTION_MAX)
		from = v.len - SUGGESTION_MAX;
	for (size_t i = from; i < v.len; i++)
		to[n++] = is_plain(v.p[i]) ? (char)v.p[i] : '_';
	if (n > 0 && to[n - 1] == '.')
		to[n - 1] = '_';
	to[n] = 0;
	return n;
}

/* Another file is opened in its place when there are too many. */
static void keep_open(struct carve_dir *d, struct carve_file *f, int fd)
{
	unsigned at = d->next_open++ % CARVE_OPEN_MAX;
	if (d->open[at]) {
		close(d->open[at]->fd);
		d->open[at]->fd = -1;
	}
	d->open[at] = f;
	f->fd = fd;
}

struct carve_file *carve_dir_create(
    struct carve_dir *d, const char *what, struct view suggestion, const char *ending)
{
	char tail[SUGGESTION_MAX + 1];
	int fd = -1;
	if (d->files == CARVE_FILES_MAX || d->left == 0) {
		d->is_full = true;
		return NULL;
	}
	struct carve_file *f = calloc(1, sizeof(*f));
	if (!f) {
		d->error = d->error ? d->error : -ENOMEM;
		return NULL;
	}
	size_t n = harmless(suggestion, tail);
	while (fd < 0 && ++d->number < NUMBERS) {
		snprintf(f->name, sizeof(f->name), "%04u-%s%s%s", d->number, what, n ? "-" : "",
		    n ? tail : ending);
		fd = openat(
		    d->fd, f->name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd < 0 && errno != EEXIST)
			break;
	}
	if (fd < 0) {
		d->error = d->error ? d->error : -errno;
		free(f);
		return NULL;
	}
	digest_begin(&f->digest);
	keep_open(d, f, fd);
	d->files++;
	return f;
}

static bool reopen(struct carve_dir *d, struct carve_file *f)
{
	int fd = f->fd >= 0 ? f->fd
	                    : openat(d->fd, f->name, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC);
	if (fd >= 0 && f->fd < 0)
		keep_open(d, f, fd);
	return fd >= 0;
}

void carve_dir_write(struct carve_dir *d, struct carve_file *f, struct view data)
{
	if (data.len > d->left) {
		data.len = (size_t)d->left;
		d->is_full = f->is_cut = true;
	}
	if (data.len == 0 || d->error)
		return;
	if (!reopen(d, f)) {
		d->error = -errno;
		f->is_cut = true;
		return;
	}
	for (size_t done = 0; done < data.len;) {
		ssize_t n = write(f->fd, data.p + done, data.len - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			d->error = n < 0 ? -errno : -EIO;
			f->is_cut = true;
			data.len = done;
			break;
		}
		done += (size_t)n;
	}
	digest_add(&f->digest, data);
	f->bytes += data.len;
	d->left -= data.len;
}

void carve_dir_close(struct carve_dir *d, struct carve_file *f)
{
	for (unsigned i = 0; i < CARVE_OPEN_MAX; i++)
		if (d->open[i] == f)
			d->open[i] = NULL;
	if (f->fd >= 0 && close(f->fd) < 0 && !d->error)
		d->error = -errno;
	f->fd = -1;
	digest_end_text(&f->digest, f->sha256);
}

int carve_dir_read(const struct carve_dir *d, const struct carve_file *f)
{
	return openat(d->fd, f->name, O_RDONLY | O_NOFOLLOW | O_CLOEXEC);
}

int carve_dir_manifest(struct carve_dir *d, char ret_name[CARVE_NAME_MAX])
{
	snprintf(ret_name, CARVE_NAME_MAX, "manifest.json");
	for (unsigned i = 2;; i++) {
		int fd = openat(
		    d->fd, ret_name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd >= 0)
			return fd;
		if (errno != EEXIST || i == NUMBERS)
			return -errno;
		snprintf(ret_name, CARVE_NAME_MAX, "manifest-%04u.json", i);
	}
}
