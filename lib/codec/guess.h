/* SPDX-License-Identifier: ISC
 *
 * Which encodings a set of texts (labels, or whole subdomains without their dots) can be. The
 * test is structural: every symbol belongs to the alphabet, the lengths are ones an encoder
 * makes, and, once enough was seen, the alphabet is really used up. Entropy is not asked: hex of
 * a text file has little of it and is hex all the same. */
#pragma once

#include "lib/codec/codec.h"
#include "lib/codec/radix.h"

/* Everything a text can be, in the bits of a mask: enum codec_id, then from GUESS_RADIX on
 * enum radix_id. */
#define GUESS_RADIX CODEC_COUNT
#define GUESS_COUNT (CODEC_COUNT + RADIX_COUNT)

struct guess {
	uint64_t used[4];        /* bitmap of the bytes seen */
	uint32_t texts, symbols; /* how much was seen */
	uint32_t illegal[8];     /* texts whose length no encoder of n bits makes */
	uint32_t longest;
};

/* Add one text. Padding must be on it still. */
void guess_add(struct guess *g, struct view text);

/* The mask of what the texts are consistent with. Without knowledge of the case, alphabets that
 * need it are left out. 0 when nothing fits, or too little was seen to say (under 32 symbols). */
uint32_t guess_mask(const struct guess *g, bool case_known);

/* The tightest of a mask: the one with the smallest alphabet, the commoner of two alike; -1 for
 * an empty mask. */
int guess_best(uint32_t mask);

/* The name of a bit of the mask. */
const char *guess_name(int which);
