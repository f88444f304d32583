/* SPDX-License-Identifier: ISC
 *
 * Alphabets that are no power of two: the bytes are one big number written in base 36, 58 or 62,
 * most significant digit first. The work grows with the square of the length, so texts are limited
 * to what a name can hold. Short numbers (counters in names) have a form of their own. */
#pragma once

#include "lib/base/view.h"

struct radix {
	const char *name;
	const char *alphabet;
	uint8_t base;
	bool fold;       /* letters mean the same in both cases */
	bool keep_zeros; /* a leading zero symbol is a leading zero byte (Bitcoin's base58) */
};

enum radix_id {
	RADIX_BASE36, /* 0-9 a-z (dnspot) */
	RADIX_BASE58, /* Bitcoin's (older Sliver) */
	RADIX_BASE62,
	RADIX_COUNTER36, /* Saitama's fixed order of the base 36 digits of its counter */
	RADIX_COUNT
};

#define RADIX_MAX_BYTES 256
#define RADIX_MAX_SYMBOLS 400

const struct radix *radix_of(enum radix_id id);

/* Bytes to symbols; returns their number, -EMSGSIZE above RADIX_MAX_BYTES, or -ENOSPC. */
ptrdiff_t radix_encode(const struct radix *r, struct view bytes, char *to, size_t cap);

/* Symbols to bytes; returns their number, -EINVAL for a foreign symbol, -EMSGSIZE above
 * RADIX_MAX_SYMBOLS, or -ENOSPC. Without keep_zeros the result has no leading zero bytes. */
ptrdiff_t radix_decode(const struct radix *r, struct view text, uint8_t *to, size_t cap);

/* One number of at most 64 bits: 0, -EINVAL (empty, or foreign symbol) or -ERANGE. */
int radix_number(const struct radix *r, struct view text, uint64_t *ret);
