/* SPDX-License-Identifier: ISC
 *
 * Which encoding a row of texts has, found by trying: every text votes for the encodings that it
 * can be. Encodings are numbered as in lib/codec/guess.h. */
#pragma once

#include "lib/codec/guess.h"

/* More of a text is not looked at. */
#define ELECTION_TEXT_MAX 2048

struct election {
	uint32_t texts;
	struct guess seen; /* the symbols of all of them */
	bool case_lost;
	uint32_t fits[GUESS_COUNT];    /* every symbol is of the alphabet */
	uint64_t symbols[GUESS_COUNT]; /* that those have */
	uint32_t decodes[GUESS_COUNT]; /* and the text is whole bytes */
};

/* Without knowledge of the case, alphabets that need it get no votes. */
void election_add(struct election *v, struct view text, bool case_known);

/* The alphabet that nine of ten texts keep to and nearly all symbols, for what does not is short:
 * the smallest, and of two alike the one that more texts decode in. Big numbers (base36 ..) take
 * any word, so they come last, unless so much was seen that a larger alphabet would have shown; and
 * never without the case of letters. -1 for none. */
int election_end(const struct election *v);

/* Decode in an encoding, as codec_decode_lax() does; at most RADIX_MAX_SYMBOLS symbols for those
 * of radix.h. Returns the number of bytes, or a negative errno. */
ptrdiff_t election_decode(int which, struct view text, uint8_t *to, size_t cap);
