/* SPDX-License-Identifier: ISC */
#include "app/capture/follow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/timerfd.h>
#include <unistd.h>

#define ASK_MS 100
#define HEAD_BYTES 256

struct follow {
	struct feeder feeder;
	struct follow_options options;
	struct source *source; /* NULL: nothing open, or too little of it to know its format */
	int fd;                /* -1: none */
	struct follow_place place;
	/* How the file begins: one that was emptied and filled again is another one. */
	uint8_t head[HEAD_BYTES];
	size_t n_head;
	int next_fd;      /* what the name stands for now, while the old file is read to its end */
	uint64_t skip_to; /* what was handed over before the daemon started again */
	bool is_told_missing;
	bool is_quiet;    /* the last read found nothing */
	bool is_given_up; /* this file is nothing for us, perhaps the next one is */
};

static void close_file(struct follow *w)
{
	if (w->source)
		source_close(w->source);
	if (w->fd >= 0)
		close(w->fd);
	w->source = NULL;
	w->fd = -1;
}

static bool identify(int fd, struct follow_place *ret, uint64_t *ret_size)
{
	struct stat st;
	if (fstat(fd, &st) < 0)
		return false;
	*ret = (struct follow_place){st.st_dev, st.st_ino, 0};
	*ret_size = (uint64_t)st.st_size;
	return true;
}

static int open_name(struct follow *w)
{
	int fd = w->options.opener.open(w->options.opener.ctx, w->feeder.source, NULL);
	if (fd < 0 && !w->is_told_missing)
		feeder_tell(&w->feeder, CAPTURE_WARNING, capture_reason_of(-fd), strerror(-fd));
	w->is_told_missing = fd < 0;
	return fd;
}

/* Begin with the file that fd stands for. */
static void begin(struct follow *w, int fd)
{
	uint64_t size;
	close_file(w);
	w->fd = fd;
	w->is_given_up = false;
	ssize_t n = pread(fd, w->head, sizeof(w->head), 0);
	w->n_head = n > 0 ? (size_t)n : 0;
	if (!identify(fd, &w->place, &size))
		close_file(w);
}

static void begin_again(struct follow *w)
{
	int fd = open_name(w);
	w->feeder.counts.rotations++;
	if (fd >= 0)
		begin(w, fd);
}

static void open_source(struct follow *w)
{
	const struct follow_place *from = &w->options.from;
	struct source_options o = {
	    .path = w->feeder.name,
	    .fd = w->fd,
	    .grows = true,
	    .format = w->options.format,
	    .mappings = w->options.mappings,
	    .number = w->feeder.source,
	    .site = w->feeder.site,
	    .sink = w->feeder.sink,
	};
	int r = lseek(w->fd, 0, SEEK_SET) < 0 ? -errno : source_open(&w->source, &o);
	if (r < 0) {
		w->source = NULL;
		w->is_given_up = r != -EAGAIN;
		return;
	}
	w->skip_to = 0;
	if (from->inode && from->inode == w->place.inode && from->device == w->place.device)
		w->skip_to = from->offset;
	w->options.from.inode = 0;
}

/* Shorter than what was read of it, or it begins otherwise. */
static bool is_emptied(struct follow *w)
{
	struct follow_place now;
	uint64_t size;
	uint8_t head[HEAD_BYTES];

	if (!identify(w->fd, &now, &size))
		return false;
	ssize_t n = pread(w->fd, head, sizeof(head), 0);
	if (n < 0)
		return false;
	if (size < w->place.offset || (size_t)n < w->n_head ||
	    memcmp(head, w->head, w->n_head) != 0)
		return true;
	memcpy(w->head, head, (size_t)n);
	w->n_head = (size_t)n;
	return false;
}

/* The name stands for another file. */
static void look_for_rotation(struct follow *w)
{
	struct follow_place now;
	uint64_t size;

	if (w->fd < 0) {
		int fd = open_name(w);
		if (fd >= 0)
			begin(w, fd);
		return;
	}
	if (w->next_fd >= 0)
		return;
	int fd = open_name(w);
	if (fd < 0)
		return;
	if (!identify(fd, &now, &size) ||
	    (now.inode == w->place.inode && now.device == w->place.device))
		close(fd);
	else
		w->next_fd = fd;
}

/* Take off the front of the chunk what was handed over before; false when nothing is left. The
 * chunk began at `from` and ends at `to`. */
static bool skip_known(struct follow *w, struct chunk_slot *slot, uint64_t from, uint64_t to)
{
	struct dh_chunk *c = &slot->chunk;
	if (from >= w->skip_to)
		return true;
	if (to <= w->skip_to)
		return false;
	size_t known = (size_t)(w->skip_to - from);
	while (c->n_frames && (size_t)(c->frames->data - slot->bytes) < known) {
		c->frames++;
		c->n_frames--;
	}
	/* Where a CR was taken out of lines, places do not fit any more. */
	if (!c->frames && c->len == to - from) {
		c->bytes += known;
		c->len -= known;
	}
	return true;
}

static int read_follow(struct feeder *f, struct chunk_slot *slot)
{
	struct follow *w = (struct follow *)(void *)f;
	uint64_t ticks;

	if (w->fd >= 0 && is_emptied(w))
		begin_again(w);
	if (w->fd >= 0 && !w->source && !w->is_given_up)
		open_source(w);
	uint64_t from = w->source ? source_position(w->source) : 0;
	int r = w->source ? source_next(w->source, slot) : 0;
	if (r > 0) {
		w->is_quiet = false;
		w->place.offset = source_position(w->source);
		return skip_known(w, slot, from, w->place.offset);
	}
	/* Asked again when the timer says so. */
	(void)!read(f->fd, &ticks, sizeof(ticks));
	w->is_quiet = true;
	if (r == 0 && w->source) {
		source_close(w->source);
		w->source = NULL;
		w->is_given_up = true;
	}
	return 0;
}

static void second(struct feeder *f, int64_t now_ns)
{
	struct follow *w = (struct follow *)(void *)f;
	(void)now_ns;
	if (w->next_fd >= 0 && (w->is_quiet || !w->source)) {
		/* A second ago the name was another's already, and the old file has no more. */
		int fd = w->next_fd;
		w->next_fd = -1;
		f->counts.rotations++;
		begin(w, fd);
		return;
	}
	look_for_rotation(w);
}

static void free_follow(struct feeder *f)
{
	struct follow *w = (struct follow *)(void *)f;
	close_file(w);
	if (w->next_fd >= 0)
		close(w->next_fd);
	if (f->fd >= 0)
		close(f->fd);
	free(w);
}

struct feeder *follow_feeder(const struct follow_options *o)
{
	struct follow *w = calloc(1, sizeof(*w));
	const struct itimerspec every = {{0, ASK_MS * 1000000}, {0, ASK_MS * 1000000}};
	if (!w)
		return NULL;
	feeder_init(&w->feeder, &o->feeder, DH_JSON_LINES);
	w->feeder.read = read_follow;
	w->feeder.second = second;
	w->feeder.free = free_follow;
	w->feeder.fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	w->options = *o;
	w->fd = w->next_fd = -1;
	if (w->feeder.fd < 0 || timerfd_settime(w->feeder.fd, 0, &every, NULL) < 0) {
		free_follow(&w->feeder);
		return NULL;
	}
	look_for_rotation(w);
	return &w->feeder;
}

struct follow_place follow_place(const struct feeder *f)
{
	return ((const struct follow *)(const void *)f)->place;
}
