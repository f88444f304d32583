/* SPDX-License-Identifier: ISC
 *
 * Raw LZMA without a header, as tcp-over-dns sends it: the settings are those that its encoder has
 * from the start, and the length of the result is known. liblzma allocates out of the caller's
 * memory. */
#pragma once

#include "lib/base/view.h"

struct unlzma {
	_Alignas(16) uint8_t arena[160 << 10];
	size_t used;
};

/* Unpack into exactly len bytes at `to`; false when the data are not that. */
bool unlzma_raw(struct unlzma *u, struct view packed, uint8_t *to, size_t len);
