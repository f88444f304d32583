/* SPDX-License-Identifier: ISC */
#include "lib/carve/lzma.h"

#include <lzma.h>

/* The encoder's window is 128 bytes; liblzma takes no smaller one than this. */
#define DICTIONARY 4096u

/* Memory is given out once: a whole text is unpacked in one call. */
static void *give(void *opaque, size_t n, size_t size)
{
	struct unlzma *u = opaque;
	size_t bytes;
	if (__builtin_mul_overflow(n, size, &bytes) || bytes > sizeof(u->arena))
		return NULL;
	bytes = (bytes + 15) & ~(size_t)15;
	if (bytes > sizeof(u->arena) - u->used)
		return NULL;
	void *at = u->arena + u->used;
	u->used += bytes;
	return at;
}

static void take_back(void *opaque, void *at)
{
	(void)opaque;
	(void)at;
}

bool unlzma_raw(struct unlzma *u, struct view packed, uint8_t *to, size_t len)
{
	lzma_options_lzma options = {
	    .dict_size = DICTIONARY,
	    .lc = LZMA_LC_DEFAULT,
	    .lp = LZMA_LP_DEFAULT,
	    .pb = LZMA_PB_DEFAULT,
	    .ext_flags = LZMA_LZMA1EXT_ALLOW_EOPM,
	    .ext_size_low = (uint32_t)len,
	};
	const lzma_filter filters[] = {
	    {.id = LZMA_FILTER_LZMA1EXT, .options = &options},
	    {.id = LZMA_VLI_UNKNOWN},
	};
	const lzma_allocator allocator = {.alloc = give, .free = take_back, .opaque = u};
	size_t in = 0, out = 0;
	u->used = 0;
	return lzma_raw_buffer_decode(
	           filters, &allocator, packed.p, &in, packed.len, to, &out, len) == LZMA_OK &&
	       out == len;
}
