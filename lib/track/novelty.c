/* SPDX-License-Identifier: ISC */
#include "lib/track/novelty.h"

size_t novelty_size(unsigned log2_blocks)
{
	return sizeof(struct novelty_block) << log2_blocks;
}

void novelty_init(struct novelty *n, void *mem, unsigned log2_blocks)
{
	size_t bits = (size_t)64 * NOVELTY_WORDS << log2_blocks;
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
	for (size_t i = 0; i <= n->mask; i++)
		for (unsigned k = 0; k < NOVELTY_WORDS; k++)
			n->blocks[i].words[k][n->young] = 0;
}

void novelty_rotate(struct novelty *n, int64_t now_s, int64_t horizon_s)
{
	/* The first event only starts the clock. */
	if (n->rotate_at_s != INT64_MIN)
		exchange(n);
	n->rotate_at_s = now_s + horizon_s;
}

void novelty_overflow(struct novelty *n)
{
	exchange(n);
	n->early++;
}
