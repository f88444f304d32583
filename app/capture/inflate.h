/* SPDX-License-Identifier: ISC
 *
 * Inflates an input while it is read: gzip by zlib (gunzip.c), zstd by libzstd (unzstd.c).
 * Concatenated members follow each other without a seam. What was inflated before a damage is
 * delivered before the damage is told. */
#pragma once

#include "app/capture/input.h"

/* A hostile file may not choose how much is allocated: 8 MiB is what zstd uses up to level 19. */
#define INFLATE_ZSTD_WINDOW_LOG 23

struct inflate {
	/* Up to n bytes: how many, 0 at the end, -ENODATA when the data ends too early, -EBADMSG
	 * when it is damaged (both with `why`), or the errno of reading. */
	ssize_t (*read)(struct inflate *z, struct input *in, uint8_t *dst, size_t n);
	void (*free)(struct inflate *z);
	const char *why;
};

/* NULL when there is no memory. */
struct inflate *inflate_gunzip(void);
struct inflate *inflate_unzstd(void);
