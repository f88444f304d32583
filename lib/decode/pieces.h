/* SPDX-License-Identifier: ISC
 *
 * Bytes that arrived before those in front of them: the store behind fragment and TCP reassembly.
 * A list holds the pieces of one datagram or stream, ordered by position, without overlap: the
 * first copy of a byte wins. Positions are 32-bit and compared as TCP sequence numbers are, so
 * that a stream may wrap around; all of a list lies within 2^31.
 *
 * Pieces come from a pool of fixed size, and a list is limited in number of pieces, so that walking
 * it is cheap even when the sender chooses the worst order. Adjacent bytes share a piece. */
#pragma once

#include "lib/base/view.h"

#define PIECE_NONE UINT32_MAX
#define PIECE_BYTES 2036

struct piece {
	uint32_t next; /* in the list, or in the free list */
	uint32_t at;
	uint32_t len;
	uint8_t bytes[PIECE_BYTES];
};

struct piece_pool {
	struct piece *pieces;
	uint32_t free, n_free;
};

struct piece_list {
	uint32_t head, n;
};

#define PIECE_LIST_EMPTY ((struct piece_list){.head = PIECE_NONE})

static inline bool seq_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* Make n pieces in mem (n * sizeof(struct piece) bytes) free. */
void pieces_init(struct piece_pool *pool, void *mem, uint32_t n);

/* Store v at position `at`, without the bytes already there. *ret_new is how many were not. False
 * when the pool is empty or the list would pass max_pieces; part may be stored then. */
bool pieces_add(struct piece_pool *pool, struct piece_list *list, uint32_t at, struct view v,
    uint32_t max_pieces, size_t *ret_new);

/* How many bytes lie without a hole from `from`, which must not be behind the head. */
size_t pieces_run(const struct piece_pool *pool, const struct piece_list *list, uint32_t from);

/* Whether anything lies at or after `from`. */
bool pieces_has_after(const struct piece_pool *pool, const struct piece_list *list, uint32_t from);

/* Copy n bytes from `from`; they must be there (pieces_run). */
void pieces_copy(const struct piece_pool *pool, const struct piece_list *list, uint32_t from,
    size_t n, uint8_t *out);

/* Forget everything before `upto`. */
void pieces_drop(struct piece_pool *pool, struct piece_list *list, uint32_t upto);

/* Forget everything. */
void pieces_reset(struct piece_pool *pool, struct piece_list *list);

static inline uint32_t pieces_first(const struct piece_pool *pool, const struct piece_list *list)
{
	return pool->pieces[list->head].at;
}
