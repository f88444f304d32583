/* SPDX-License-Identifier: ISC
 *
 * The values of text.h once more, as sensors write them by the million: for text behind which
 * TEXT_WIDE bytes can be read, so that short things are one load and nothing has to ask how long
 * they are before it looks. Same answers as text.h, which takes what is uncommon. */
#pragma once

#include "lib/base/cursor.h"
#include "lib/decode/scan.h"
#include "lib/decode/text.h"

/* The value of the n digits (1 to 8) that begin at p; false when one of them is none. */
static inline bool textwide_digits(const uint8_t *p, size_t n, uint32_t *ret)
{
	const uint64_t zeros = 0x3030303030303030u, high = 0xf0f0f0f0f0f0f0f0u;
	/* The digits go to the upper end, zeros before them; two shifts, for n may be 8. */
	uint64_t v = load_le64(p) << (64 - 8 * n) | zeros >> 4 * n >> 4 * n;
	bool fine = (v & high) == zeros && ((v + 0x0606060606060606u) & high) == zeros;
	v = ((v & 0x0f0f0f0f0f0f0f0fu) * 2561) >> 8;
	v = ((v & 0x00ff00ff00ff00ffu) * 6553601) >> 16;
	*ret = (uint32_t)(((v & 0x0000ffff0000ffffu) * 42949672960001u) >> 32);
	return fine;
}

/* text_uint() for numbers that are mostly short. */
static inline bool textwide_uint(struct view v, uint64_t max, uint64_t *ret)
{
	uint32_t n;
	if (v.len - 1 >= 8)
		return text_uint(v, max, ret);
	if (!textwide_digits(v.p, v.len, &n) || n > max)
		return false;
	*ret = n;
	return true;
}

/* line_ttl(): the whole part of a number, 0 when it is none. */
uint32_t textwide_whole(struct view v);

bool textwide_time(struct view v, int64_t *ret_ns);

/* The minute and the zone of the last date that was read. Begins with known = false. */
struct textwide_minute {
	bool known;
	uint8_t text[16], zone[5];
	int64_t ns;
};

/* Times that are dates, most of them in the same minute as the one before. */
bool textwide_date(struct view v, struct textwide_minute *last, int64_t *ret_ns);

bool textwide_address(struct view v, bool has_avx2, uint8_t ret[16]);

/* A dotted quad as four bytes; false when it is none. */
bool textwide_quad(struct view v, bool has_avx2, uint8_t ret[4]);

/* text_name() into a place where TEXT_NAME_ROOM bytes may be written. */
size_t textwide_name(struct view v, unsigned escapes, uint8_t *wire, bool *ret_cut);
