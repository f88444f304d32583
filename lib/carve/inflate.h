/* SPDX-License-Identifier: ISC
 *
 * zlib in the caller's memory: one stream at a time, inflated whole, never more than asked for.
 * zlib allocates its state and a 32 KiB window; both come out of `heap`. */
#pragma once

#include "lib/base/view.h"

#define INFLATE_HEAP (48u << 10)

struct inflater {
	_Alignas(16) uint8_t heap[INFLATE_HEAP];
};

enum inflate_form {
	INFLATE_ZLIB, /* RFC 1950, with its checksum */
	INFLATE_GZIP, /* RFC 1952 */
	INFLATE_RAW,  /* RFC 1951: no checksum tells right from wrong */
};

/* Inflate a whole stream. Returns the number of bytes; -EINVAL when it is not one, is cut or its
 * checksum is wrong; -ENOSPC when it holds more than cap. Bytes after the stream are ignored. */
ptrdiff_t inflate_all(
    struct inflater *i, enum inflate_form form, struct view in, uint8_t *to, size_t cap);
