/* SPDX-License-Identifier: ISC */
#include "app/capture/fstrm.h"

#include "lib/base/cursor.h"

/* FSTRM_CONTROL_FRAME_LENGTH_MAX and FSTRM_READER_MAX_FRAME_SIZE_DEFAULT of libfstrm. */
#define CONTROL_MAX 512
#define DATA_MAX (WALK_RECORD_MAX - 4)

enum control_type {
	CONTROL_ACCEPT = 1,
	CONTROL_START = 2,
	CONTROL_STOP = 3,
	CONTROL_READY = 4,
	CONTROL_FINISH = 5
};
#define FIELD_CONTENT_TYPE 1
#define DNSTAP_CONTENT "protobuf:dnstap.Dnstap"

/* Escape, length of the control frame, its type; then a field: type, length, value. */
const uint8_t fstrm_accept[FSTRM_ACCEPT_BYTES] =
    "\0\0\0\0\0\0\0\x22\0\0\0\1\0\0\0\1\0\0\0\x16" DNSTAP_CONTENT;
const uint8_t fstrm_finish[FSTRM_FINISH_BYTES] = "\0\0\0\0\0\0\0\4\0\0\0\5";

bool fstrm_magic(const uint8_t *p)
{
	uint32_t len = load_be32(p + 4), type = load_be32(p + 8);
	return load_be32(p) == 0 && len >= 4 && len <= CONTROL_MAX &&
	       (type == CONTROL_START || type == CONTROL_READY);
}

/* Reads a control frame's payload; WALK_FULL when it is well. */
static enum walk_end read_control(struct fstrm *s, struct view payload, struct walk *w)
{
	struct cursor c = cursor_over(payload);
	uint32_t type = cursor_u32(&c);
	bool has_content = false, is_dnstap = false;
	while (cursor_left(&c) > 0) {
		uint32_t field = cursor_u32(&c);
		struct view value = cursor_view(&c, cursor_u32(&c));
		if (cursor_ok(&c) && field == FIELD_CONTENT_TYPE) {
			has_content = true;
			is_dnstap |= view_is(value, DNSTAP_CONTENT);
		}
	}
	if (!cursor_ok(&c) || type < CONTROL_ACCEPT || type > CONTROL_FINISH) {
		w->why = "a control frame that does not parse";
		w->value = type;
		return WALK_BAD;
	}
	if (type == CONTROL_READY || type == CONTROL_START) {
		if (has_content && !is_dnstap) {
			w->why = "a frame stream that does not carry dnstap";
			return WALK_FOREIGN;
		}
		s->is_started |= type == CONTROL_START;
		s->wants_accept |= type == CONTROL_READY;
		s->is_bidirectional |= type == CONTROL_READY;
	} else if (type == CONTROL_STOP) {
		s->is_started = false;
		s->wants_finish = s->is_bidirectional;
	}
	return WALK_FULL;
}

static enum walk_end bad(struct walk *w, const char *why, uint64_t value)
{
	w->why = why;
	w->value = value;
	return WALK_BAD;
}

static enum walk_end more(struct walk *w, size_t need)
{
	w->need = need;
	return WALK_MORE;
}

enum walk_end fstrm_walk(struct fstrm *s, struct view window, struct walk *w)
{
	w->used = 0;
	w->n_frames = 0;
	while (w->n_frames < w->max_frames) {
		const uint8_t *p = window.p + w->used;
		size_t left = window.len - w->used;
		if (left < 4)
			return more(w, 4);
		uint32_t len = load_be32(p);
		if (len > 0) {
			if (len > DATA_MAX)
				return bad(w, "a frame longer than any writer makes", len);
			if (!s->is_started)
				return bad(w, "a data frame outside START and STOP", 0);
			if (left - 4 < len)
				return more(w, 4 + (size_t)len);
			w->frames[w->n_frames++] =
			    (struct dh_frame){.data = p + 4, .caplen = len, .len = len};
			w->used += 4 + (size_t)len;
			continue;
		}
		if (left < 8)
			return more(w, 8);
		len = load_be32(p + 4);
		if (len < 4 || len > CONTROL_MAX)
			return bad(w, "a control frame length that cannot be", len);
		if (left - 8 < len)
			return more(w, 8 + (size_t)len);
		enum walk_end how = read_control(s, view_of(p + 8, len), w);
		if (how != WALK_FULL)
			return how;
		w->used += 8 + (size_t)len;
	}
	return WALK_FULL;
}
