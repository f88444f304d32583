/* SPDX-License-Identifier: ISC
 *
 * Streams both ways under a session number: a few sessions at a time, each with an assembler for
 * either way. A new session takes the place of the one that was silent longest, which is finished
 * first. */
#pragma once

#include "lib/carve/outlet.h"

#define SESSIONS 16

struct session {
	uint32_t id, stream;
	bool used;
	uint64_t touched;
	struct outlet outlet[2];
	struct assembler pieces[2];
};

/* How a tool numbers its pieces. */
struct sessions_plan {
	uint32_t modulus;    /* of the numbers */
	bool by_bytes;       /* they count bytes, not pieces */
	uint16_t each[2];    /* room for a piece; 0: nothing is assembled this way */
	const char *unit[2]; /* of gaps */
	/* Where pieces go in place of the sink, and the end of a session; NULL: as they are. ctx is
	 * that of sessions_init(). */
	void (*piece)(void *ctx, struct session *s, enum carve_way way, const struct assembled *p);
	void (*end)(void *ctx, struct session *s);
};

struct sessions {
	const struct sessions_plan *plan;
	const struct carve_sink *sink;
	void *ctx;
	uint8_t *bytes[2]; /* SESSIONS_BYTES() of each way */
	uint32_t streams;
	uint64_t clock;
	struct session at[SESSIONS];
};

/* Room that one way of all sessions takes: a constant for arrays. */
#define SESSIONS_BYTES(each) ((size_t)SESSIONS * ASSEMBLER_SLOTS * (each))

void sessions_init(struct sessions *s, const struct sessions_plan *plan,
    const struct carve_sink *sink, void *ctx, uint8_t *up, uint8_t *down);

/* The session of an id, begun when there is none. */
struct session *sessions_of(struct sessions *s, uint32_t id);

/* A piece of one way of it. */
void sessions_put(struct sessions *s, struct session *x, enum carve_way way, uint32_t seq,
    struct view data, const struct carve_event *e);

void sessions_finish(struct sessions *s);
