/* SPDX-License-Identifier: ISC
 *
 * Pieces with wrapping 16-bit sequence numbers put in order again: by number of the piece
 * (dns2tcp) or by number of its first byte, as in TCP (dnscat2). A window of pieces waits for
 * what is missing; when it is full, or at the end, the hole before the first of them is handed
 * out as a gap and the stream goes on behind it. Copies and overlaps are dropped, not checked
 * against each other: what came first counts. */
#pragma once

#include "lib/base/view.h"

#define ASSEMBLER_SLOTS 64

struct assembler_slot {
	uint64_t at, end; /* positions, extended beyond 16 bits; end == at: free */
	int64_t time_ns;
	uint64_t event;
	uint32_t len;
};

struct assembler {
	uint64_t next;    /* the position that is expected */
	uint64_t out;     /* bytes handed out */
	uint32_t modulus; /* of the sequence numbers */
	uint32_t each;    /* room for one piece */
	bool by_bytes;    /* positions count bytes, not pieces */
	bool known;       /* some number was seen */
	bool started;     /* and where the stream begins is known */
	unsigned used;    /* slots */
	uint8_t *bytes;   /* ASSEMBLER_SLOTS * each */
	struct assembler_slot slot[ASSEMBLER_SLOTS];
};

/* A piece in its place, or (missing > 0) a gap; a gap of unknown size has missing 0 and no data.
 * The callback is called in order of the stream. */
struct assembled {
	struct view data;
	uint64_t offset; /* in bytes handed out */
	uint64_t missing;
	bool gap;
	int64_t time_ns;
	uint64_t event;
};

struct assembler_sink {
	void (*piece)(void *ctx, const struct assembled *piece);
	void *ctx;
};

void assembler_init(
    struct assembler *a, uint8_t *bytes, uint32_t each, uint32_t modulus, bool by_bytes);

/* The stream begins with this number. Later calls are ignored. */
void assembler_start(struct assembler *a, uint32_t seq);

/* Take a piece. Without a start, pieces wait until half the window is full. Pieces longer than
 * there is room for are cut. */
void assembler_put(struct assembler *a, uint32_t seq, struct view data, int64_t time_ns,
    uint64_t event, const struct assembler_sink *sink);

/* Hand out everything that waits. */
void assembler_finish(struct assembler *a, const struct assembler_sink *sink);
