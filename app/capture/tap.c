/* SPDX-License-Identifier: ISC */
#include "app/capture/tap.h"

#include <errno.h>

static ssize_t take(struct conns *c, struct conn *conn, struct chunk_slot *slot, size_t len)
{
	struct fstrm *s = &conn->state.tap;
	struct walk w = {.frames = slot->frames, .max_frames = DH_CHUNK_FRAMES};
	enum walk_end how = fstrm_walk(s, view_of(slot->bytes, len), &w);

	(void)c;
	if (s->wants_accept && !conns_answer(conn, fstrm_accept, sizeof(fstrm_accept)))
		return -EPIPE;
	if (s->wants_finish && !conns_answer(conn, fstrm_finish, sizeof(fstrm_finish)))
		return -EPIPE;
	s->wants_accept = s->wants_finish = false;
	conn->is_proven |= s->is_started;
	slot->chunk.frames = slot->frames;
	slot->chunk.n_frames = w.n_frames;
	slot->chunk.bytes = (const char *)slot->bytes;
	slot->chunk.len = w.n_frames ? w.used : 0;
	conn->is_full = how == WALK_FULL;
	if (w.n_frames == 0 && (how == WALK_BAD || how == WALK_FOREIGN))
		return -EBADMSG;
	return (ssize_t)w.used;
}

const struct conns_protocol tap_protocol = {.kind = DH_DNSTAP, .take = take};
