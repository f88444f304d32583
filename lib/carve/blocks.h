/* SPDX-License-Identifier: ISC
 *
 * Text that was encoded first and cut afterwards, decoded as its pieces come: eight symbols are
 * whole bytes in every alphabet of 2^n, so symbols wait until there are eight. Where pieces are
 * missing, symbols are counted on, and what follows is decoded in step again. */
#pragma once

#include "lib/carve/wire.h"
#include "lib/codec/codec.h"

/* Bytes that come out of one piece, at most. */
#define BLOCKS_OUT (NAME_BYTES_MAX + 8)

struct blocks {
	const struct codec *codec;
	uint64_t symbols; /* since the text began, missing ones included */
	size_t held;
	uint8_t text[NAME_BYTES_MAX + 8];
};

static inline void blocks_begin(struct blocks *b, const struct codec *codec)
{
	b->codec = codec;
	b->symbols = 0;
	b->held = 0;
}

/* The next piece, at most NAME_BYTES_MAX symbols. Returns the number of bytes in to. */
size_t blocks_put(struct blocks *b, struct view text, uint8_t to[BLOCKS_OUT]);

/* What waits, at the end or before a gap. */
size_t blocks_end(struct blocks *b, uint8_t to[BLOCKS_OUT]);

/* This many symbols are missing; call blocks_end() before. */
void blocks_skip(struct blocks *b, uint64_t symbols);
