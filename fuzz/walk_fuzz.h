/* SPDX-License-Identifier: ISC
 *
 * What the fuzzers of the capture walkers share. Over any bytes a walker keeps to its window, moves
 * on or ends, and finds the same packets whether it sees all bytes at once or a few at a time. */
#pragma once

#include <stdlib.h>

#include "app/capture/walk.h"
#include "lib/base/assert.h"

typedef enum walk_end walk_fn(void *state, struct view window, struct walk *w);
typedef enum resync resync_fn(const void *state, struct view window, bool is_last, size_t *ret_at);

struct walk_fuzz {
	walk_fn *walk;
	resync_fn *resync; /* NULL: a broken record ends the file */
	struct dh_frame frames[64];
};

/* The packets seen, as a digest of places, lengths and times. */
struct walk_seen {
	uint64_t digest;
	size_t n;
	size_t end; /* how far it came */
};

static inline void see(struct walk_seen *seen, const struct dh_frame *f, struct view all)
{
	dh_assert(f->data >= all.p && f->data + f->caplen <= all.p + all.len);
	uint64_t values[] = {
	    (uint64_t)(f->data - all.p), f->caplen, f->len, (uint64_t)f->time_ns, f->linktype};
	for (size_t i = 0; i < 5; i++)
		seen->digest = (seen->digest ^ values[i]) * 0x9e3779b97f4a7c15u;
	/* The sanitizer sees a byte outside. */
	if (f->caplen > 0)
		seen->digest += f->data[0] + f->data[f->caplen - 1];
	seen->n++;
}

/* Walks all bytes in windows that begin with `first` bytes and grow when they must. */
static inline struct walk_seen walk_fuzz_run(
    struct walk_fuzz *z, void *state, struct view all, size_t first)
{
	struct walk_seen seen = {0};
	size_t at = 0;
	size_t have = first < all.len ? first : all.len;
	for (;;) {
		struct walk w = {.frames = z->frames, .max_frames = 64};
		enum walk_end how = z->walk(state, view_of(all.p + at, have - at), &w);
		dh_assert(w.used <= have - at && w.n_frames <= 64);
		for (uint32_t i = 0; i < w.n_frames; i++)
			see(&seen, &z->frames[i], all);
		at += w.used;
		size_t go = 0;
		if (how == WALK_FOREIGN || (how == WALK_BAD && !z->resync))
			break;
		if (how == WALK_BAD) {
			if (z->resync(state, view_of(all.p + at, all.len - at), true, &go) !=
			    RESYNC_FOUND)
				break;
			dh_assert(go > 0 && go <= all.len - at);
		} else if (how == WALK_SKIP) {
			dh_assert(w.skip > 0);
			if (w.skip > all.len - at)
				break;
			go = (size_t)w.skip;
		} else if (how == WALK_MORE) {
			dh_assert(w.need > have - at && w.need <= WALK_RECORD_MAX);
			if (w.need > all.len - at)
				break;
			have = at + w.need;
			continue;
		} else {
			dh_assert(w.n_frames > 0);
		}
		at += go;
		have = have < at + first ? at + first : have;
		have = have < all.len ? have : all.len;
	}
	seen.end = at;
	return seen;
}

static inline void walk_fuzz_same(struct walk_seen a, struct walk_seen b)
{
	dh_assert(a.n == b.n && a.digest == b.digest && a.end == b.end);
}
