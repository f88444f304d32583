/* SPDX-License-Identifier: ISC */
#include "app/capture/intake.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#define SECOND_NS 1000000000
/* A file is found, opened and read in three rounds, and the one after it in the next. */
#define ONCE_ROUNDS 4

struct intake {
	struct intake_options options;
	struct feeder *feeders[INTAKE_FEEDERS_MAX];
	unsigned n;
	int epoll;
	int64_t second_ns; /* when the last second was told */
	unsigned idle;     /* options.once: rounds in which nobody had anything */
	bool is_stopped;
	/* What the last wait found readable, and how far it was served. */
	struct epoll_event ready[INTAKE_FEEDERS_MAX + 1];
	int n_ready, at;
};

static int64_t clock_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

static int watch(struct intake *in, int fd, struct feeder *f)
{
	struct epoll_event e = {.events = EPOLLIN, .data.ptr = f};
	return epoll_ctl(in->epoll, EPOLL_CTL_ADD, fd, &e) < 0 ? -errno : 0;
}

int intake_new(struct intake **ret_intake, const struct intake_options *o)
{
	struct intake *in = calloc(1, sizeof(*in));
	if (!in)
		return -ENOMEM;
	in->options = *o;
	in->epoll = epoll_create1(EPOLL_CLOEXEC);
	int error = in->epoll < 0 ? -errno : o->stop_fd >= 0 ? watch(in, o->stop_fd, NULL) : 0;
	if (error) {
		intake_free(in);
		return error;
	}
	in->second_ns = clock_ns();
	*ret_intake = in;
	return 0;
}

int intake_add(struct intake *in, struct feeder *f)
{
	int error = in->n == INTAKE_FEEDERS_MAX ? -E2BIG : watch(in, f->fd, f);
	if (error) {
		f->free(f);
		return error;
	}
	in->feeders[in->n++] = f;
	return 0;
}

void intake_free(struct intake *in)
{
	for (unsigned i = 0; i < in->n; i++)
		in->feeders[i]->free(in->feeders[i]);
	if (in->epoll >= 0)
		close(in->epoll);
	free(in);
}

unsigned intake_count(const struct intake *in)
{
	return in->n;
}

const struct feeder *intake_feeder(const struct intake *in, unsigned i)
{
	return in->feeders[i];
}

static int read_feeder(struct intake *in, struct feeder *f, struct chunk_slot *slot)
{
	slot->chunk = (struct dh_chunk){.kind = f->kind, .source = f->source, .site = f->site};
	int r = f->read(f, slot);
	if (r > 0) {
		f->counts.bytes += slot->chunk.len;
		f->counts.records += slot->chunk.n_frames;
	} else if (r < 0) {
		if (in->options.gone)
			in->options.gone(in->options.ctx, f, r);
		in->is_stopped = true;
	}
	return r;
}

/* What was found readable, in turns, so that nobody waits for a loud neighbour. */
static int serve(struct intake *in, struct chunk_slot *slot)
{
	while (in->at < in->n_ready) {
		struct feeder *f = in->ready[in->at++].data.ptr;
		if (!f) {
			in->is_stopped = true;
			return 0;
		}
		int r = read_feeder(in, f, slot);
		if (r)
			return r;
	}
	return 0;
}

static void tell_second(struct intake *in, int64_t now)
{
	for (unsigned i = 0; i < in->n; i++)
		if (in->feeders[i]->second)
			in->feeders[i]->second(in->feeders[i], now);
	if (in->options.second)
		in->options.second(in->options.ctx, now);
	in->second_ns = now;
}

/* Everybody is asked, readable or not: who looks for files by the clock has some at once. */
static void ask_all(struct intake *in)
{
	for (unsigned i = 0; i < in->n; i++)
		in->ready[i] = (struct epoll_event){.events = EPOLLIN, .data.ptr = in->feeders[i]};
	in->n_ready = (int)in->n;
	if (++in->idle > ONCE_ROUNDS)
		in->is_stopped = true;
	tell_second(in, clock_ns());
}

int intake_next(struct intake *in, struct chunk_slot *slot)
{
	while (!in->is_stopped) {
		int r = serve(in, slot);
		int64_t now = clock_ns(), since = now - in->second_ns;
		/* The clock may have been set back. */
		bool is_second = since >= SECOND_NS || since < 0;
		if (is_second)
			tell_second(in, now);
		if (r > 0) {
			in->idle = 0;
			slot->chunk.now_ns = now;
			return 1;
		}
		if (is_second && !in->is_stopped) {
			slot->chunk = (struct dh_chunk){.kind = DH_FRAMES, .now_ns = now};
			return 1;
		}
		in->at = 0;
		if (in->options.once) {
			ask_all(in);
			continue;
		}
		int left_ms = (int)((SECOND_NS - since) / 1000000) + 1;
		in->n_ready =
		    epoll_wait(in->epoll, in->ready, (int)in->n + 1, in->is_stopped ? 0 : left_ms);
		if (in->n_ready < 0)
			in->n_ready = 0;
	}
	return 0;
}
