/* SPDX-License-Identifier: ISC
 *
 * zstd (RFC 8878) by libzstd. */
#include "app/capture/inflate.h"

#include <errno.h>
#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

struct unzstd {
	struct inflate base;
	ZSTD_DCtx *ctx;
	bool in_frame;
	int failed; /* the negative errno to give from now on */
};

static int fail(struct unzstd *u, int error, const char *why)
{
	u->base.why = why;
	u->failed = error;
	return error;
}

static int fail_zstd(struct unzstd *u, size_t code)
{
	switch (ZSTD_getErrorCode(code)) {
	case ZSTD_error_frameParameter_windowTooLarge:
		return fail(u, -EBADMSG,
		    "its zstd window is larger than 8 MiB: compress it again without --ultra or "
		    "--long");
	case ZSTD_error_memory_allocation:
		return fail(u, -ENOMEM, "no memory to inflate");
	case ZSTD_error_prefix_unknown:
		return fail(u, -EBADMSG, "bytes that are no zstd frame");
	default:
		return fail(u, -EBADMSG, "damaged zstd data");
	}
}

static ssize_t unzstd_read(struct inflate *base, struct input *in, uint8_t *dst, size_t n)
{
	struct unzstd *u = (struct unzstd *)base;
	ZSTD_outBuffer out = {.dst = dst, .size = n};
	int r = u->failed;
	while (r == 0 && out.pos < out.size) {
		if (out.pos > 0 && in->is_live && input_visible(in).len == 0)
			break;
		r = input_peek(in, 1);
		if (r < 0)
			break;
		struct view seen = input_visible(in);
		size_t before = out.pos;
		ZSTD_inBuffer chunk = {.src = seen.p, .size = seen.len};
		if (seen.len == 0 && !u->in_frame)
			break;
		size_t code = ZSTD_decompressStream(u->ctx, &out, &chunk);
		input_take(in, chunk.pos);
		if (ZSTD_isError(code)) {
			r = fail_zstd(u, code);
			break;
		}
		u->in_frame = code != 0;
		/* At the end of the input a call may still flush what the decoder holds. */
		if (seen.len == 0 && u->in_frame && out.pos == before)
			r = fail(u, -ENODATA, "the zstd data ends too early");
	}
	return out.pos > 0 ? (ssize_t)out.pos : r;
}

static void unzstd_free(struct inflate *base)
{
	struct unzstd *u = (struct unzstd *)base;
	ZSTD_freeDCtx(u->ctx);
	free(u);
}

struct inflate *inflate_unzstd(void)
{
	struct unzstd *u = calloc(1, sizeof(*u));
	if (!u)
		return NULL;
	u->base.read = unzstd_read;
	u->base.free = unzstd_free;
	u->ctx = ZSTD_createDCtx();
	if (!u->ctx || ZSTD_isError(ZSTD_DCtx_setParameter(
	                   u->ctx, ZSTD_d_windowLogMax, INFLATE_ZSTD_WINDOW_LOG))) {
		unzstd_free(&u->base);
		return NULL;
	}
	return &u->base;
}
