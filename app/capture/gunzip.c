/* SPDX-License-Identifier: ISC
 *
 * gzip (RFC 1952) by zlib. */
#include "app/capture/inflate.h"

#include <errno.h>
#include <stdlib.h>
#include <zlib.h>

#define GZIP_ONLY (16 + MAX_WBITS)

struct gunzip {
	struct inflate base;
	z_stream z;
	bool in_member;
	int failed; /* the negative errno to give from now on */
};

static int fail(struct gunzip *g, int error, const char *why)
{
	g->base.why = why;
	g->failed = error;
	return error;
}

/* Between members: 1 when another begins, 0 at the end, or a negative errno. Zeros may pad the
 * end, as on tapes. */
static int next_member(struct gunzip *g, struct input *in)
{
	for (;;) {
		int r = input_peek(in, 2);
		if (r < 0)
			return r;
		struct view seen = input_visible(in);
		if (seen.len == 0)
			return 0;
		if (seen.len >= 2 && seen.p[0] == 0x1f && seen.p[1] == 0x8b) {
			if (inflateReset(&g->z) != Z_OK)
				return fail(g, -EBADMSG, "zlib cannot start another member");
			g->in_member = true;
			return 1;
		}
		if (seen.p[0] != 0)
			return fail(
			    g, -EBADMSG, "bytes that are no gzip member follow the last one");
		input_take(in, 1);
	}
}

/* One step into dst: 0 when more input was taken, or a negative errno. */
static int step(struct gunzip *g, struct input *in)
{
	int r = input_peek(in, 1);
	if (r < 0)
		return r;
	struct view seen = input_visible(in);
	if (seen.len == 0)
		return fail(g, -ENODATA, "the gzip data ends too early");
	g->z.next_in = (z_const Bytef *)(uintptr_t)seen.p;
	g->z.avail_in = (uInt)seen.len;
	int z = inflate(&g->z, Z_NO_FLUSH);
	input_take(in, seen.len - g->z.avail_in);
	if (z == Z_STREAM_END) {
		g->in_member = false;
		return 0;
	}
	if (z == Z_MEM_ERROR)
		return fail(g, -ENOMEM, "no memory to inflate");
	if (z != Z_OK && z != Z_BUF_ERROR)
		return fail(g, -EBADMSG, "damaged gzip data");
	return 0;
}

static ssize_t gunzip_read(struct inflate *base, struct input *in, uint8_t *dst, size_t n)
{
	struct gunzip *g = (struct gunzip *)base;
	g->z.next_out = dst;
	g->z.avail_out = (uInt)n;
	int r = g->failed;
	while (r == 0 && g->z.avail_out > 0) {
		bool has_some = g->z.avail_out < n;
		if (has_some && in->is_live && input_visible(in).len == 0)
			break;
		int more = g->in_member ? 1 : next_member(g, in);
		if (more == 0)
			break;
		r = more < 0 ? more : step(g, in);
	}
	size_t made = n - g->z.avail_out;
	return made > 0 ? (ssize_t)made : r;
}

static void gunzip_free(struct inflate *base)
{
	struct gunzip *g = (struct gunzip *)base;
	inflateEnd(&g->z);
	free(g);
}

struct inflate *inflate_gunzip(void)
{
	struct gunzip *g = calloc(1, sizeof(*g));
	if (!g)
		return NULL;
	g->base.read = gunzip_read;
	g->base.free = gunzip_free;
	if (inflateInit2(&g->z, GZIP_ONLY) != Z_OK) {
		free(g);
		return NULL;
	}
	return &g->base;
}
