/* SPDX-License-Identifier: ISC */
#include "lib/carve/inflate.h"

#include <errno.h>
#include <limits.h>
#include <zlib.h>

struct bump {
	uint8_t *next, *end;
};

static voidpf bump_alloc(voidpf opaque, uInt items, uInt size)
{
	struct bump *b = opaque;
	size_t need;
	if (__builtin_mul_overflow((size_t)items, (size_t)size, &need))
		return Z_NULL;
	need = (need + 15) & ~(size_t)15;
	if (need > (size_t)(b->end - b->next))
		return Z_NULL;
	uint8_t *p = b->next;
	b->next += need;
	return p;
}

/* Everything goes at once, when the next stream begins. */
static void bump_free(voidpf opaque, voidpf p)
{
	(void)opaque;
	(void)p;
}

static const int window_bits[] = {
    [INFLATE_ZLIB] = 15,
    [INFLATE_GZIP] = 15 + 16,
    [INFLATE_RAW] = -15,
};

ptrdiff_t inflate_all(
    struct inflater *i, enum inflate_form form, struct view in, uint8_t *to, size_t cap)
{
	struct bump heap = {i->heap, i->heap + sizeof(i->heap)};
	z_stream z = {.zalloc = bump_alloc, .zfree = bump_free, .opaque = &heap};
	if (in.len == 0 || in.len > UINT_MAX || cap > UINT_MAX)
		return -EINVAL;
	z.next_in = (z_const Bytef *)in.p;
	z.avail_in = (uInt)in.len;
	if (inflateInit2(&z, window_bits[form]) != Z_OK)
		return -EINVAL;
	z.next_out = to;
	z.avail_out = (uInt)cap;
	int rc = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	if (rc == Z_STREAM_END)
		return (ptrdiff_t)(cap - z.avail_out);
	return z.avail_out == 0 && rc != Z_DATA_ERROR ? -ENOSPC : -EINVAL;
}
