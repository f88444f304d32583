/* SPDX-License-Identifier: ISC
 *
 * For the tests of app/capture: captures and logs made by hand, files to hold them, and a sink that
 * remembers what was reported. */
#pragma once

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "app/capture/source.h"
#include "lib/base/cursor.h"

/* ---- bytes ---- */

struct build {
	uint8_t *p;
	size_t len, room;
	bool big_endian;
};

static inline void put(struct build *b, const void *p, size_t n)
{
	if (b->len + n > b->room) {
		b->room = (b->len + n) * 2;
		b->p = realloc(b->p, b->room);
		assert_non_null(b->p);
	}
	if (n > 0)
		memcpy(b->p + b->len, p, n);
	b->len += n;
}

static inline void put_str(struct build *b, const char *s)
{
	put(b, s, strlen(s));
}

static inline void put_be32(struct build *b, uint32_t v)
{
	uint8_t x[4];
	store_be32(x, v);
	put(b, x, 4);
}

static inline void put32(struct build *b, uint32_t v)
{
	put_be32(b, b->big_endian ? v : __builtin_bswap32(v));
}

static inline void put16(struct build *b, uint16_t v)
{
	uint8_t x[2];
	store_be16(x, b->big_endian ? v : __builtin_bswap16(v));
	put(b, x, 2);
}

static inline void build_done(struct build *b)
{
	free(b->p);
	*b = (struct build){0};
}

/* ---- pcap ---- */

static inline void put_pcap_header(struct build *b, uint32_t magic, uint32_t linktype)
{
	put32(b, magic);
	put16(b, 2);
	put16(b, 4);
	put32(b, 0);
	put32(b, 0);
	put32(b, 0);
	put32(b, linktype);
}

/* A packet whose bytes all are `fill`. */
static inline void put_pcap_packet(
    struct build *b, uint32_t sec, uint32_t frac, uint32_t len, uint8_t fill)
{
	put32(b, sec);
	put32(b, frac);
	put32(b, len);
	put32(b, len);
	for (uint32_t i = 0; i < len; i++)
		put(b, &fill, 1);
}

/* ---- pcapng ---- */

static inline void put_block(struct build *b, uint32_t type, const void *body, size_t n)
{
	size_t padded = (n + 3) & ~(size_t)3;
	put32(b, type);
	put32(b, (uint32_t)padded + 12);
	put(b, body, n);
	put(b, "\0\0\0", padded - n);
	put32(b, (uint32_t)padded + 12);
}

static inline void put_section(struct build *b)
{
	struct build body = {.big_endian = b->big_endian};
	put32(&body, 0x1a2b3c4d);
	put16(&body, 1);
	put16(&body, 0);
	put32(&body, 0xffffffff);
	put32(&body, 0xffffffff);
	put_block(b, 0x0a0d0d0a, body.p, body.len);
	build_done(&body);
}

static inline void put_interface(
    struct build *b, uint16_t linktype, uint32_t snaplen, int tsresol, int64_t tsoffset)
{
	struct build body = {.big_endian = b->big_endian};
	put16(&body, linktype);
	put16(&body, 0);
	put32(&body, snaplen);
	if (tsresol >= 0) {
		put16(&body, 9);
		put16(&body, 1);
		put(&body, (uint8_t[]){(uint8_t)tsresol, 0, 0, 0}, 4);
	}
	if (tsoffset != 0) {
		uint64_t v = (uint64_t)tsoffset;
		put16(&body, 14);
		put16(&body, 8);
		put32(&body, (uint32_t)(b->big_endian ? v >> 32 : v));
		put32(&body, (uint32_t)(b->big_endian ? v : v >> 32));
	}
	put16(&body, 0);
	put16(&body, 0);
	put_block(b, 1, body.p, body.len);
	build_done(&body);
}

static inline void put_enhanced(
    struct build *b, uint32_t interface, uint64_t ticks, const char *data)
{
	struct build body = {.big_endian = b->big_endian};
	put32(&body, interface);
	put32(&body, (uint32_t)(ticks >> 32));
	put32(&body, (uint32_t)ticks);
	put32(&body, (uint32_t)strlen(data));
	put32(&body, (uint32_t)strlen(data));
	put_str(&body, data);
	put_block(b, 6, body.p, body.len);
	build_done(&body);
}

/* ---- Frame Streams ---- */

static inline void put_control(struct build *b, uint32_t type, const char *content)
{
	put_be32(b, 0);
	put_be32(b, 4 + (content ? 8 + (uint32_t)strlen(content) : 0));
	put_be32(b, type);
	if (content) {
		put_be32(b, 1);
		put_be32(b, (uint32_t)strlen(content));
		put_str(b, content);
	}
}

static inline void put_frame(struct build *b, const char *data)
{
	put_be32(b, (uint32_t)strlen(data));
	put_str(b, data);
}

/* ---- files ---- */

/* A folder that the test made; files in it are removed by scratch_done(). */
struct scratch {
	char dir[64];
};

static inline void scratch_init(struct scratch *s)
{
	strcpy(s->dir, "/tmp/dnshound-test-XXXXXX");
	assert_non_null(mkdtemp(s->dir));
}

static inline void scratch_done(struct scratch *s)
{
	char command[128];
	snprintf(command, sizeof(command), "rm -rf '%s'", s->dir);
	assert_int_equal(system(command), 0);
}

/* The path of a file with these bytes; valid until the next four calls. */
static inline const char *scratch_file(
    const struct scratch *s, const char *name, const void *p, size_t n)
{
	static char paths[4][256];
	static unsigned turn;
	char *path = paths[turn++ % 4];
	snprintf(path, sizeof(paths[0]), "%s/%s", s->dir, name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	while (n > 0) {
		ssize_t r = write(fd, p, n);
		assert_true(r > 0);
		p = (const uint8_t *)p + r;
		n -= (size_t)r;
	}
	close(fd);
	return path;
}

/* ---- reports ---- */

struct told {
	unsigned n;
	unsigned by_reason[CAPTURE_REASON_COUNT];
	unsigned by_severity[3];
	uint64_t last_offset;
	char last_text[160];
	char last_file[256];
};

static inline void remember(void *arg, const struct capture_report *r)
{
	struct told *t = arg;
	t->n++;
	t->by_reason[r->reason]++;
	t->by_severity[r->severity]++;
	t->last_offset = r->offset;
	snprintf(t->last_text, sizeof(t->last_text), "%s", r->text);
	snprintf(t->last_file, sizeof(t->last_file), "%s", r->file);
}

static inline struct capture_sink sink_of(struct told *t)
{
	return (struct capture_sink){.report = remember, .arg = t};
}
