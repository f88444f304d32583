/* SPDX-License-Identifier: ISC
 *
 * Alphabets that are no power of two, written in groups: so many bytes, as one big-endian number,
 * are so many symbols (tcp-over-dns). A last group that is not full is filled up with zero bytes,
 * so the length has to come from elsewhere. */
#pragma once

#include "lib/base/view.h"

struct groups {
	const char *alphabet;
	uint8_t base;           /* symbols in the alphabet */
	uint8_t bytes, symbols; /* of a group; at most 7 and 11 */
	bool fold;              /* letters mean the same in both cases */
};

enum groups_id {
	GROUPS_BASE63, /* a-z A-Z 0-9 '-': 5 bytes in 7 symbols */
	GROUPS_BASE37, /* a-z 0-9 '-': 7 bytes in 11 symbols */
	GROUPS_BASE87, /* ASCII that zone files do not quote: 4 bytes in 5 symbols */
	GROUPS_COUNT
};

const struct groups *groups_of(enum groups_id id);

/* Bytes to symbols; returns their number, or -ENOSPC. */
ptrdiff_t groups_encode(const struct groups *g, struct view bytes, char *to, size_t cap);

/* Whole groups to bytes, the filling included. Returns the number of bytes; -EINVAL for a foreign
 * symbol, a group that is not whole, or one that no bytes make; -ENOSPC. */
ptrdiff_t groups_decode(const struct groups *g, struct view text, uint8_t *to, size_t cap);

/* The same with a group in front that tells the number of bytes (16 bits, low byte first). */
ptrdiff_t groups_decode_sized(const struct groups *g, struct view text, uint8_t *to, size_t cap);

/* A text whose first symbol says how the rest is written: 'a' as letters a to p, 'b' in base 63,
 * 'h' in base 37, both sized. -EINVAL for any other. */
ptrdiff_t groups_decode_marked(struct view text, uint8_t *to, size_t cap);
