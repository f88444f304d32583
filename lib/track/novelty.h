/* SPDX-License-Identifier: ISC
 *
 * "Has this been seen before?" for names and answers, in fixed memory.
 *
 * A leak is the sum over *distinct* names, so every name is looked up once per message: the
 * filter is asked far more often than anything else, and a cache line from memory costs more than
 * all the rest of the question. So a key lies in one line whatever the answer is, and in one word
 * of it: a blocked Bloom filter (Putze, Sanders, Singler 2007) with four bits of a key in a word
 * of 64. Two generations stand for the horizon, the words of both side by side: a key found only
 * in the older one is written again into the younger, so that a stable set of names stays known
 * for as long as it is used and is not paid for every day.
 *
 * At ten bits a key a false "seen" comes twice in a hundred when a generation is full, three
 * times in a thousand when it is half full: a tunnel loses as much of its price, an ordinary name
 * costs nothing. A generation that is full before its time is rotated early, and that is counted:
 * names seen under a shortened horizon may be priced twice. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/prefetch.h"

enum { NOVELTY_WORDS = 4 }; /* of each generation in a block */

struct novelty_block {
	uint64_t words[NOVELTY_WORDS][2]; /* [..][generation] */
};
_Static_assert(sizeof(struct novelty_block) == 64, "a block is one cache line");

struct novelty {
	struct novelty_block *blocks;
	uint32_t mask;  /* blocks - 1 */
	uint32_t young; /* 0 or 1: which generation is the younger */
	uint32_t keys;  /* written into the young generation */
	uint32_t capacity;
	int64_t rotate_at_s; /* event time */
	uint64_t early;      /* rotations forced before the horizon was over */
};

#define NOVELTY_BITS_PER_KEY 10

/* Bytes for 2^log2_blocks blocks. */
size_t novelty_size(unsigned log2_blocks);
/* mem: novelty_size() zeroed bytes, 64-byte aligned, kept by the caller. */
void novelty_init(struct novelty *n, void *mem, unsigned log2_blocks);

/* Start a new generation, now being the event time in seconds. */
void novelty_rotate(struct novelty *n, int64_t now_s, int64_t horizon_s);
/* The young generation is full before its time. */
void novelty_overflow(struct novelty *n);

/* The same when the horizon has passed. */
static inline void novelty_tick(struct novelty *n, int64_t now_s, int64_t horizon_s)
{
	if (__builtin_expect(now_s >= n->rotate_at_s, 0))
		novelty_rotate(n, now_s, horizon_s);
}

static inline struct novelty_block *novelty_block(const struct novelty *n, uint64_t place)
{
	return &n->blocks[(size_t)(place >> 36) & n->mask];
}

/* True when the key was not known; it is from now on. Key and place are keyed hashes: keys that
 * are asked for together may share a place, and with it the cache line. A place holds few keys
 * before all pass for known, so it must not be one that many can share. */
static inline bool novelty_add_at(struct novelty *n, uint64_t place, uint64_t key)
{
	/* A second mix, so that the bits inside a block do not depend on those that chose it. */
	uint64_t inner = key * 0x9e3779b97f4a7c15u >> 38;
	uint64_t *word = novelty_block(n, place)->words[inner & (NOVELTY_WORDS - 1)];
	uint64_t bits = (uint64_t)1 << (inner >> 2 & 63) | (uint64_t)1 << (inner >> 8 & 63) |
	                (uint64_t)1 << (inner >> 14 & 63) | (uint64_t)1 << (inner >> 20 & 63);
	uint64_t young = word[n->young], old = word[n->young ^ 1];
	if ((young & bits) == bits)
		return false;
	word[n->young] = young | bits;
	if (++n->keys >= n->capacity)
		novelty_overflow(n);
	return (old & bits) != bits;
}

static inline bool novelty_add(struct novelty *n, uint64_t key)
{
	return novelty_add_at(n, key, key);
}

DH_PREFETCH novelty_prefetch(const struct novelty *n, uint64_t place)
{
	prefetch_line(novelty_block(n, place));
}
