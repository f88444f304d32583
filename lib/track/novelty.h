/* SPDX-License-Identifier: ISC
 *
 * "Has this been seen before?" for names and answers, in fixed memory.
 *
 * A leak is the sum over *distinct* names, so every name is looked up once per message: the
 * filter is asked far more often than anything else, and mostly of what it knows. That answer
 * costs one cache line and three words of it: a blocked Bloom filter (Putze, Sanders, Singler
 * 2007) with all six bits of a key in one 64-byte block, two bits in each of three words. Two
 * generations stand for the horizon, the two blocks of a key side by side: a key found only in the
 * older one is written again into the younger, so that a stable set of names stays known for as
 * long as it is used and is not paid for every day.
 *
 * At ten bits a key a false "seen" comes about once in a hundred: a tunnel loses one percent of
 * its price, an ordinary name costs nothing. When a generation is full before its time it is
 * rotated early, and that is counted: names seen under a shortened horizon may be priced twice. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define NOVELTY_BLOCK_WORDS 8
#define NOVELTY_KEY_WORDS 3

struct novelty {
	uint64_t *blocks; /* pairs of blocks, one of each generation */
	uint32_t mask;    /* pairs - 1 */
	uint32_t young;   /* 0 or 1: which block of a pair is the younger */
	uint32_t keys;    /* written into the young generation */
	uint32_t capacity;
	int64_t rotate_at_s; /* event time */
	uint64_t early;      /* rotations forced before the horizon was over */
};

#define NOVELTY_BITS_PER_KEY 10

/* Bytes for two generations of 2^log2_blocks blocks. */
size_t novelty_size(unsigned log2_blocks);
/* mem: novelty_size() zeroed bytes, 64-byte aligned, kept by the caller. */
void novelty_init(struct novelty *n, void *mem, unsigned log2_blocks);

/* Start a new generation, now being the event time in seconds. */
void novelty_rotate(struct novelty *n, int64_t now_s, int64_t horizon_s);

/* The same when the horizon has passed. */
static inline void novelty_tick(struct novelty *n, int64_t now_s, int64_t horizon_s)
{
	if (__builtin_expect(now_s >= n->rotate_at_s, 0))
		novelty_rotate(n, now_s, horizon_s);
}

/* Where the bits of a key are: three words of a block, two bits in each. */
struct novelty_probe {
	uint64_t *pair;
	uint64_t bits[NOVELTY_KEY_WORDS];
	uint8_t word[NOVELTY_KEY_WORDS];
};

static inline uint64_t *novelty_pair(const struct novelty *n, uint64_t key)
{
	return n->blocks + ((size_t)(key >> 36) & n->mask) * 2 * NOVELTY_BLOCK_WORDS;
}

static inline struct novelty_probe novelty_probe(const struct novelty *n, uint64_t key)
{
	struct novelty_probe p = {.pair = novelty_pair(n, key)};
	/* A second mix, so that the bits inside a block do not depend on those that chose it. */
	uint64_t inner = key * 0x9e3779b97f4a7c15u;
	inner ^= inner >> 29;
	for (unsigned i = 0; i < NOVELTY_KEY_WORDS; i++, inner >>= 15) {
		p.bits[i] = (uint64_t)1 << (inner & 63) | (uint64_t)1 << (inner >> 6 & 63);
		p.word[i] = inner >> 12 & (NOVELTY_BLOCK_WORDS - 1);
	}
	return p;
}

static inline bool novelty_has(const struct novelty_probe *p, const uint64_t *block)
{
	uint64_t missing = 0;
	for (unsigned i = 0; i < NOVELTY_KEY_WORDS; i++)
		missing |= p->bits[i] & ~block[p->word[i]];
	return missing == 0;
}

/* The uncommon rest of novelty_add(): write a key that the young generation has not. */
bool novelty_write(struct novelty *n, const struct novelty_probe *p);

/* True when the key was not known; it is from now on. The key is a keyed hash. */
static inline bool novelty_add(struct novelty *n, uint64_t key)
{
	struct novelty_probe p = novelty_probe(n, key);
	return !novelty_has(&p, p.pair + n->young * NOVELTY_BLOCK_WORDS) && novelty_write(n, &p);
}

static inline void novelty_prefetch(const struct novelty *n, uint64_t key)
{
	__builtin_prefetch(novelty_pair(n, key) + n->young * NOVELTY_BLOCK_WORDS, 1);
}
