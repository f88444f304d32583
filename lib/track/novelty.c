/* SPDX-License-Identifier: ISC */
#include "lib/track/novelty.h"

#include <string.h>

#define BLOCK_BYTES (NOVELTY_BLOCK_WORDS * sizeof(uint64_t))

size_t novelty_size(unsigned log2_blocks)
{
	return (size_t)2 * BLOCK_BYTES << log2_blocks;
}

void novelty_init(struct novelty *n, void *mem, unsigned log2_blocks)
{
	size_t bits = BLOCK_BYTES * 8 << log2_blocks;
	*n = (struct novelty){
	    .blocks = mem,
	    .mask = (uint32_t)(((size_t)1 << log2_blocks) - 1),
	    .capacity = (uint32_t)(bits / NOVELTY_BITS_PER_KEY),
	    .rotate_at_s = INT64_MIN,
	};
}

static void exchange(struct novelty *n)
{
	n->young ^= 1;
	n->keys = 0;
	uint64_t *block = n->blocks + n->young * NOVELTY_BLOCK_WORDS;
	for (size_t i = 0; i <= n->mask; i++, block += 2 * NOVELTY_BLOCK_WORDS)
		memset(block, 0, BLOCK_BYTES);
}

void novelty_rotate(struct novelty *n, int64_t now_s, int64_t horizon_s)
{
	/* The first event only starts the clock. */
	if (n->rotate_at_s != INT64_MIN)
		exchange(n);
	n->rotate_at_s = now_s + horizon_s;
}

bool novelty_write(struct novelty *n, const struct novelty_probe *p)
{
	uint64_t *young = p->pair + n->young * NOVELTY_BLOCK_WORDS;
	bool is_known = novelty_has(p, p->pair + (n->young ^ 1) * NOVELTY_BLOCK_WORDS);

	for (unsigned i = 0; i < NOVELTY_KEY_WORDS; i++)
		young[p->word[i]] |= p->bits[i];
	if (++n->keys >= n->capacity) {
		exchange(n);
		n->early++;
	}
	return !is_known;
}
