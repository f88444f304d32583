/* SPDX-License-Identifier: ISC
 *
 * Builds packets by hand, for the tests of everything that reads them. A buffer grows at its end;
 * lengths are patched afterwards. */
#pragma once

#include <stdlib.h>
#include <string.h>

#include "lib/base/cursor.h"
#include "lib/decode/event.h"
#include "lib/decode/name.h"

struct buf {
	uint8_t p[80000];
	size_t n;
};

static inline void put(struct buf *b, const void *p, size_t n)
{
	memcpy(b->p + b->n, p, n);
	b->n += n;
}

/* A string literal with its inner zeros, without the last one. */
#define PUT(b, s) put(b, s, sizeof(s) - 1)

static inline void put8(struct buf *b, unsigned v)
{
	b->p[b->n++] = (uint8_t)v;
}

static inline void put16(struct buf *b, unsigned v)
{
	store_be16(b->p + b->n, (uint16_t)v);
	b->n += 2;
}

static inline void put32(struct buf *b, uint32_t v)
{
	store_be32(b->p + b->n, v);
	b->n += 4;
}

static inline void put_name(struct buf *b, const char *text)
{
	size_t len = 0;
	if (!name_from_text(view_str(text), b->p + b->n, &len))
		abort();
	b->n += len;
}

static inline void put_header(
    struct buf *b, unsigned flags, unsigned qd, unsigned an, unsigned ns, unsigned ar)
{
	put16(b, 0x1234);
	put16(b, flags);
	put16(b, qd);
	put16(b, an);
	put16(b, ns);
	put16(b, ar);
}

static inline void put_question(struct buf *b, const char *name, unsigned type)
{
	put_name(b, name);
	put16(b, type);
	put16(b, 1);
}

/* A record owned by the question's name. */
static inline void put_record(struct buf *b, unsigned type, const void *rdata, size_t len)
{
	put16(b, 0xc00c);
	put16(b, type);
	put16(b, 1);
	put32(b, 300);
	put16(b, (unsigned)len);
	put(b, rdata, len);
}

static inline void put_opt(struct buf *b, uint32_t ttl, const void *options, size_t len)
{
	put8(b, 0);
	put16(b, 41);
	put16(b, 1232);
	put32(b, ttl);
	put16(b, (unsigned)len);
	put(b, options, len);
}

static inline struct buf *buf_new(void)
{
	return calloc(1, sizeof(struct buf));
}

/* A query for `name` of type A, or the answer to it. */
static inline struct buf *dns_query(const char *name)
{
	struct buf *b = buf_new();
	put_header(b, 0x0100, 1, 0, 0, 0);
	put_question(b, name, 1);
	return b;
}

static inline struct buf *dns_reply(const char *name)
{
	struct buf *b = buf_new();
	put_header(b, 0x8180, 1, 1, 0, 0);
	put_question(b, name, 1);
	put_record(b, 1, "\300\0\2\1", 4);
	return b;
}

static inline struct batch *batch_new(void)
{
	return batch_init(aligned_alloc(64, (batch_size() + 63) & ~(size_t)63));
}

/* The qname of an event as text; one static buffer. */
static inline const char *qname_of(const struct batch *b, uint32_t i)
{
	static char text[NAME_TEXT_MAX];
	if (b->events[i].name_len == 0)
		return "";
	name_print(event_name(b, &b->events[i]), text);
	return text;
}

/* Layers: each puts its header before what it is given, which it takes. */
static inline struct buf *before(struct buf *header, struct buf *inner)
{
	put(header, inner->p, inner->n);
	free(inner);
	return header;
}

static inline struct buf *udp(unsigned src_port, unsigned dst_port, struct buf *inner)
{
	struct buf *b = buf_new();
	put16(b, src_port);
	put16(b, dst_port);
	put16(b, (unsigned)(8 + inner->n));
	put16(b, 0);
	return before(b, inner);
}

static inline struct buf *tcp(
    unsigned src_port, unsigned dst_port, uint32_t seq, unsigned flags, struct buf *inner)
{
	struct buf *b = buf_new();
	put16(b, src_port);
	put16(b, dst_port);
	put32(b, seq);
	put32(b, 0);
	put16(b, 0x5000 | flags);
	put16(b, 1024);
	put32(b, 0);
	return before(b, inner);
}

/* From 10.0.0.1 to 10.0.0.2; `frag` is the word with flags and offset. */
static inline struct buf *ip4_frag(unsigned proto, unsigned id, unsigned frag, struct buf *inner)
{
	struct buf *b = buf_new();
	put16(b, 0x4500);
	put16(b, (unsigned)(20 + inner->n));
	put16(b, id);
	put16(b, frag);
	put8(b, 64);
	put8(b, proto);
	put16(b, 0);
	PUT(b, "\12\0\0\1\12\0\0\2");
	return before(b, inner);
}

static inline struct buf *ip4(unsigned proto, struct buf *inner)
{
	return ip4_frag(proto, 0, 0, inner);
}

/* From 2001:db8::1 to 2001:db8::2. */
static inline struct buf *ip6(unsigned next, struct buf *inner)
{
	struct buf *b = buf_new();
	put32(b, 0x60000000);
	put16(b, (unsigned)inner->n);
	put8(b, next);
	put8(b, 64);
	PUT(b, "\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\1\40\1\15\270\0\0\0\0\0\0\0\0\0\0\0\2");
	return before(b, inner);
}

static inline struct buf *ip6_frag(
    unsigned next, uint32_t id, unsigned offset, bool more, struct buf *inner)
{
	struct buf *b = buf_new();
	put8(b, next);
	put8(b, 0);
	put16(b, offset | more);
	put32(b, id);
	return ip6(44, before(b, inner));
}

static inline struct buf *eth(unsigned ethertype, struct buf *inner)
{
	struct buf *b = buf_new();
	PUT(b, "\2\0\0\0\0\1\2\0\0\0\0\2");
	put16(b, ethertype);
	return before(b, inner);
}

static inline struct buf *bytes_of(const void *p, size_t n)
{
	struct buf *b = buf_new();
	put(b, p, n);
	return b;
}
#define BYTES(s) bytes_of(s, sizeof(s) - 1)

/* Bytes [from, from + n) of b, which is kept. */
static inline struct buf *part_of(const struct buf *b, size_t from, size_t n)
{
	return bytes_of(b->p + from, n);
}
