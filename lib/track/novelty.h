/* SPDX-License-Identifier: ISC
 *
 * "Has this been seen before?" for names and answers, in fixed memory.
 *
 * A leak is the sum over *distinct* names, so every name is looked up once per message: the
 * filter is asked far more often than anything else, and one answer may cost one cache line. A
 * blocked Bloom filter (Putze, Sanders, Singler 2007) keeps all six bits of a key in one 64-byte
 * block. Two generations stand for the horizon: a key found only in the older one is written
 * again into the younger, so that a stable set of names stays known for as long as it is used and
 * is not paid for every day.
 *
 * At ten bits a key a false "seen" comes about once in a hundred: a tunnel loses one percent of
 * its price, an ordinary name costs nothing. When a generation is full before its time it is
 * rotated early, and that is counted: names seen under a shortened horizon may be priced twice. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct novelty {
	uint8_t *young, *old; /* blocks of 64 bytes */
	uint32_t mask;        /* blocks in a generation - 1 */
	uint32_t keys;        /* written into the young generation */
	uint32_t capacity;
	int64_t rotate_at_s; /* event time */
	uint64_t early;      /* rotations forced before the horizon was over */
};

#define NOVELTY_BITS_PER_KEY 10

/* Bytes for two generations of 2^log2_blocks blocks. */
size_t novelty_size(unsigned log2_blocks);
/* mem: novelty_size() zeroed bytes, 64-byte aligned, kept by the caller. */
void novelty_init(struct novelty *n, void *mem, unsigned log2_blocks);

/* Start a new generation when the horizon has passed; now in seconds of event time. */
void novelty_tick(struct novelty *n, int64_t now_s, int64_t horizon_s);

/* True when the key was not known; it is from now on. The key is a keyed hash. */
bool novelty_add(struct novelty *n, uint64_t key);

static inline void novelty_prefetch(const struct novelty *n, uint64_t key)
{
	__builtin_prefetch(n->young + ((size_t)(key >> 36) & n->mask) * 64, 1);
}
