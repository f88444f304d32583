/* SPDX-License-Identifier: ISC */
#include "app/capture/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define ASK_MS 100

struct folder {
	struct feeder feeder;
	struct folder_options options;
	struct source *source;
	int fd; /* of the file, -1: none */
	char path[FOLDER_NAME_MAX];
	struct folder_place place;
	char next[FOLDER_NAME_MAX]; /* a newer file; "" for none */
	int64_t next_changed_ns;
	bool is_told_missing;
	bool is_quiet;
};

/* After the place? What has the same time goes by name. */
static bool is_after(int64_t changed_ns, const char *name, const struct folder_place *place)
{
	if (changed_ns != place->changed_ns)
		return changed_ns > place->changed_ns;
	return strcmp(name, place->name) > 0;
}

static int64_t changed_ns(const struct stat *st)
{
	return (int64_t)st->st_mtim.tv_sec * 1000000000 + st->st_mtim.tv_nsec;
}

static void close_file(struct folder *w)
{
	if (w->source)
		source_close(w->source);
	if (w->fd >= 0)
		close(w->fd);
	w->source = NULL;
	w->fd = -1;
}

/* The oldest file that was not read. */
static void look(struct folder *w, int dir)
{
	DIR *d = fdopendir(dir);
	struct folder_place best = {.changed_ns = INT64_MAX};

	if (!d) {
		close(dir);
		return;
	}
	for (struct dirent *e; (e = readdir(d));) {
		struct stat st;
		if (e->d_name[0] == '.' || strlen(e->d_name) >= FOLDER_NAME_MAX ||
		    fstatat(dir, e->d_name, &st, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISREG(st.st_mode))
			continue;
		int64_t t = changed_ns(&st);
		bool is_ours = strcmp(e->d_name, w->place.name) == 0 && st.st_ino == w->place.inode;
		if (is_ours) {
			w->place.changed_ns = t;
			continue;
		}
		if ((w->place.name[0] && !is_after(t, e->d_name, &w->place)) || st.st_size == 0)
			continue;
		if (!best.name[0] || !is_after(t, e->d_name, &best)) {
			best.changed_ns = t;
			strcpy(best.name, e->d_name);
		}
	}
	closedir(d);
	strcpy(w->next, best.name);
	w->next_changed_ns = best.changed_ns;
}

static void scan(struct folder *w)
{
	int dir = w->options.opener.open(w->options.opener.ctx, w->feeder.source, NULL);
	if (dir < 0 && !w->is_told_missing)
		feeder_tell(&w->feeder, CAPTURE_WARNING, capture_reason_of(-dir), strerror(-dir));
	w->is_told_missing = dir < 0;
	if (dir >= 0)
		look(w, dir);
}

static int open_file(struct folder *w, const char *name)
{
	struct stat st;
	struct source_options o = {
	    .path = w->path,
	    .grows = true,
	    .format = w->options.format,
	    .mappings = w->options.mappings,
	    .number = w->feeder.source,
	    .site = w->feeder.site,
	    .in_directory = true,
	    .sink = w->feeder.sink,
	};
	int fd = w->options.opener.open(w->options.opener.ctx, w->feeder.source, name);
	if (fd < 0)
		return fd;
	strcpy(w->path, name);
	o.fd = fd;
	int r = fstat(fd, &st) < 0 ? -errno : 0;
	bool is_same = r == 0 && st.st_ino == w->place.inode && strcmp(name, w->place.name) == 0;
	if (is_same)
		o.ends_at = w->place.offset;
	if (r == 0)
		r = source_open(&w->source, &o);
	if (r < 0) {
		w->source = NULL;
		close(fd);
		return r;
	}
	w->fd = fd;
	/* A number that a new file got again. */
	if (is_same && source_compression(w->source) == COMPRESSION_NONE)
		is_same = (uint64_t)st.st_size >= w->place.offset;
	if (!is_same)
		w->place.offset = 0;
	w->place.inode = st.st_ino;
	w->place.changed_ns = changed_ns(&st);
	w->place.is_done = false;
	strcpy(w->place.name, name);
	return 0;
}

/* Take up the next file, or what was left of the last one when the daemon ended. */
static void advance(struct folder *w)
{
	bool is_rest = !w->source && w->place.name[0] && !w->place.is_done;
	char name[FOLDER_NAME_MAX];

	strcpy(name, is_rest ? w->place.name : w->next);
	if (!name[0])
		return;
	if (w->source)
		w->feeder.counts.rotations++;
	close_file(w);
	int r = open_file(w, name);
	if (r == -EAGAIN)
		return;
	if (!is_rest)
		w->next[0] = 0;
	if (r < 0) {
		/* Not ours, or gone: the next look finds the one behind it. */
		strcpy(w->place.name, name);
		w->place.inode = 0;
		w->place.is_done = true;
		if (!is_rest)
			w->place.changed_ns = w->next_changed_ns;
	}
}

static int read_folder(struct feeder *f, struct chunk_slot *slot)
{
	struct folder *w = (struct folder *)(void *)f;
	uint64_t ticks;

	int r = w->source ? source_next(w->source, slot) : 0;
	if (r > 0) {
		bool is_known = source_position(w->source) <= w->place.offset;
		if (!is_known)
			w->place.offset = source_position(w->source);
		w->is_quiet = false;
		return !is_known;
	}
	(void)!read(f->fd, &ticks, sizeof(ticks));
	w->is_quiet = true;
	/* A file that has ended, or is broken, waits like a quiet one for its successor. */
	if (w->next[0] || (w->place.name[0] && !w->place.is_done && !w->source)) {
		w->place.is_done |= w->source != NULL;
		advance(w);
	}
	return 0;
}

static void second(struct feeder *f, int64_t now_ns)
{
	struct folder *w = (struct folder *)(void *)f;
	(void)now_ns;
	if (!w->next[0])
		scan(w);
}

static void free_folder(struct feeder *f)
{
	close_file((struct folder *)(void *)f);
	if (f->fd >= 0)
		close(f->fd);
	free(f);
}

struct feeder *folder_feeder(const struct folder_options *o)
{
	struct folder *w = calloc(1, sizeof(*w));
	const struct itimerspec every = {{0, ASK_MS * 1000000}, {0, ASK_MS * 1000000}};
	if (!w)
		return NULL;
	feeder_init(&w->feeder, &o->feeder, DH_FRAMES);
	w->feeder.read = read_folder;
	w->feeder.second = second;
	w->feeder.free = free_folder;
	w->feeder.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	w->options = *o;
	w->place = o->from;
	w->fd = -1;
	if (w->feeder.fd < 0 || timerfd_settime(w->feeder.fd, 0, &every, NULL) < 0) {
		free_folder(&w->feeder);
		return NULL;
	}
	scan(w);
	return &w->feeder;
}

struct folder_place folder_place(const struct feeder *f)
{
	return ((const struct folder *)(const void *)f)->place;
}
