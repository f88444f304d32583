/* SPDX-License-Identifier: ISC */
#include "lib/track/novelty.h"

#include <string.h>

#define BLOCK_BYTES 64
#define BITS_A_KEY 6

size_t novelty_size(unsigned log2_blocks)
{
	return (size_t)2 * BLOCK_BYTES << log2_blocks;
}

void novelty_init(struct novelty *n, void *mem, unsigned log2_blocks)
{
	size_t bytes = (size_t)BLOCK_BYTES << log2_blocks;
	*n = (struct novelty){
	    .young = mem,
	    .old = (uint8_t *)mem + bytes,
	    .mask = (uint32_t)(((size_t)1 << log2_blocks) - 1),
	    .capacity = (uint32_t)(bytes * 8 / NOVELTY_BITS_PER_KEY),
	    .rotate_at_s = INT64_MIN,
	};
}

static void rotate(struct novelty *n)
{
	uint8_t *fresh = n->old;
	n->old = n->young;
	n->young = fresh;
	memset(fresh, 0, ((size_t)n->mask + 1) * BLOCK_BYTES);
	n->keys = 0;
}

void novelty_tick(struct novelty *n, int64_t now_s, int64_t horizon_s)
{
	if (n->rotate_at_s == INT64_MIN) {
		n->rotate_at_s = now_s + horizon_s;
		return;
	}
	if (now_s >= n->rotate_at_s) {
		rotate(n);
		n->rotate_at_s = now_s + horizon_s;
	}
}

/* Six 9-bit positions from the low 54 bits of the mixed key. */
static bool set_bits(uint64_t *block, uint64_t key)
{
	uint64_t missing = 0;
	for (int i = 0; i < BITS_A_KEY; i++) {
		unsigned at = (unsigned)(key >> (9 * i)) & 511;
		uint64_t bit = (uint64_t)1 << (at & 63);
		missing |= ~block[at >> 6] & bit;
		block[at >> 6] |= bit;
	}
	return missing != 0;
}

static bool has_bits(const uint64_t *block, uint64_t key)
{
	for (int i = 0; i < BITS_A_KEY; i++) {
		unsigned at = (unsigned)(key >> (9 * i)) & 511;
		if (!(block[at >> 6] >> (at & 63) & 1))
			return false;
	}
	return true;
}

bool novelty_add(struct novelty *n, uint64_t key)
{
	size_t at = ((size_t)(key >> 36) & n->mask) * BLOCK_BYTES;
	/* A second mix, so that the bits inside a block do not depend on those that chose it. */
	uint64_t inner = key * 0x9e3779b97f4a7c15u;
	inner ^= inner >> 29;

	if (!set_bits((uint64_t *)(void *)(n->young + at), inner))
		return false;
	bool known = has_bits((const uint64_t *)(const void *)(n->old + at), inner);
	if (++n->keys >= n->capacity) {
		rotate(n);
		n->early++;
	}
	return !known;
}
