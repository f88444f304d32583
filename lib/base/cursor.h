/* SPDX-License-Identifier: ISC
 *
 * A cursor walks untrusted bytes with a sticky error: a read past the end gives zero, marks the
 * cursor bad, and every later read gives zero too. A parser therefore reads straight through and
 * asks cursor_ok() once, at the end, instead of checking after every field, which is the check
 * that gets forgotten. Nothing is ever read outside [start, end).
 *
 * Reads are big-endian (network order); the _le forms serve pcap files and dns2tcp. */
#pragma once

#include "lib/base/view.h"

struct cursor {
	const uint8_t *p;
	const uint8_t *end;
	bool bad;
};

static inline struct cursor cursor_over(struct view v)
{
	return (struct cursor){.p = v.p, .end = v.p + v.len, .bad = false};
}

static inline bool cursor_ok(const struct cursor *c)
{
	return !c->bad;
}

static inline size_t cursor_left(const struct cursor *c)
{
	return c->bad ? 0 : (size_t)(c->end - c->p);
}

/* Take n bytes; NULL, and a bad cursor, when fewer are left. */
static inline const uint8_t *cursor_take(struct cursor *c, size_t n)
{
	const uint8_t *p = c->p;
	if (c->bad || (size_t)(c->end - c->p) < n) {
		c->bad = true;
		return NULL;
	}
	c->p += n;
	return p;
}

static inline void cursor_skip(struct cursor *c, size_t n)
{
	(void)cursor_take(c, n);
}

/* The next n bytes as a view; an empty view and a bad cursor when fewer are left. */
static inline struct view cursor_view(struct cursor *c, size_t n)
{
	const uint8_t *p = cursor_take(c, n);
	return view_of(p, p ? n : 0);
}

static inline struct view cursor_rest(const struct cursor *c)
{
	return view_of(c->p, cursor_left(c));
}

/* One move each, and a byte swap where the machine's order is the other: written as shifts of
 * single bytes, compilers do not always see that they are one load. */
#define LOAD(name, bits, order)                                                  \
	static inline uint##bits##_t name(const uint8_t *p)                      \
	{                                                                        \
		uint##bits##_t v;                                                \
		memcpy(&v, p, sizeof(v));                                        \
		return __BYTE_ORDER__ == (order) ? v : __builtin_bswap##bits(v); \
	}
LOAD(load_be16, 16, __ORDER_BIG_ENDIAN__)
LOAD(load_be32, 32, __ORDER_BIG_ENDIAN__)
LOAD(load_be64, 64, __ORDER_BIG_ENDIAN__)
LOAD(load_le16, 16, __ORDER_LITTLE_ENDIAN__)
LOAD(load_le32, 32, __ORDER_LITTLE_ENDIAN__)
LOAD(load_le64, 64, __ORDER_LITTLE_ENDIAN__)
#undef LOAD

static inline void store_be16(uint8_t *p, uint16_t v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static inline void store_be32(uint8_t *p, uint32_t v)
{
	store_be16(p, (uint16_t)(v >> 16));
	store_be16(p + 2, (uint16_t)v);
}

static inline uint8_t cursor_u8(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 1);
	return p ? p[0] : 0;
}

static inline uint16_t cursor_u16(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 2);
	return p ? load_be16(p) : 0;
}

static inline uint32_t cursor_u32(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 4);
	return p ? load_be32(p) : 0;
}

static inline uint64_t cursor_u64(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 8);
	return p ? load_be64(p) : 0;
}

static inline uint16_t cursor_u16_le(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 2);
	return p ? load_le16(p) : 0;
}

static inline uint32_t cursor_u32_le(struct cursor *c)
{
	const uint8_t *p = cursor_take(c, 4);
	return p ? load_le32(p) : 0;
}
