/* SPDX-License-Identifier: ISC
 *
 * Encodings that carry bytes in names: one engine for every alphabet of 2^n symbols (hex, the
 * base32, base64 and base128 families and what tools made of them), described by a table entry
 * rather than by code. A tool with an alphabet of its own (or one that is shuffled for each
 * query) fills in a struct codec and uses the same engine. Alphabets that are no power of two
 * are in radix.h; which encoding a set of texts can be is in guess.h. */
#pragma once

#include "lib/base/view.h"

struct codec {
	const char *name;
	const char *alphabet; /* 2^bits different symbols, in order of their value */
	uint8_t bits;         /* a symbol carries this many, 1..7 */
	char pad;             /* may fill the last block of a text; 0: never */
	bool fold;            /* letters mean the same in both cases */
	bool lsb_first;       /* the first symbol holds the low bits of the first byte */
};

enum codec_id {
	CODEC_HEX,
	CODEC_SAFE16,        /* a..p, low nibble first (tcp-over-dns) */
	CODEC_BASE32,        /* RFC 4648 §6 */
	CODEC_BASE32HEX,     /* RFC 4648 §7 */
	CODEC_BASE32_PAD0,   /* RFC 4648 with '0' for '=' (tuns, DNSpionage) */
	CODEC_BASE32_IODINE, /* a..z 0..5 */
	CODEC_BASE32_SLIVER,
	CODEC_BASE32_WEASEL, /* w is '-', and 'w' for '=' */
	CODEC_BASE64,        /* RFC 4648 §4 */
	CODEC_BASE64URL,     /* RFC 4648 §5 */
	CODEC_BASE64_STAR,   /* '*' for '+' (dnsteal) */
	CODEC_BASE64_IODINE,
	CODEC_BASE64U_IODINE,
	CODEC_BASE64_SLIVER,
	CODEC_BASE128_IODINE,
	CODEC_COUNT
};

const struct codec *codec_of(enum codec_id id);

/* Room that the encoding, or the decoding, of len takes at most. */
static inline size_t codec_encoded_max(const struct codec *c, size_t len)
{
	return (len / c->bits + 1) * 8 + 8;
}

static inline size_t codec_decoded_max(const struct codec *c, size_t len)
{
	return len / 8 * c->bits + c->bits;
}

/* Encode bytes, without padding. Returns the number of symbols, or -ENOSPC. */
ptrdiff_t codec_encode(const struct codec *c, struct view bytes, char *to, size_t cap);

/* Decode a whole text; padding may be there or not. Returns the number of bytes; -EINVAL for a
 * foreign symbol, a length that no encoder makes, or bits left over that are not zero; -ENOSPC. */
ptrdiff_t codec_decode(const struct codec *c, struct view text, uint8_t *to, size_t cap);

/* The same for texts whose end is cut or filled at random: left-over bits are dropped. */
ptrdiff_t codec_decode_lax(const struct codec *c, struct view text, uint8_t *to, size_t cap);

/* The value of one symbol, or -1. */
int codec_value(const struct codec *c, uint8_t symbol);
