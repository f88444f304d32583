/* SPDX-License-Identifier: ISC
 *
 * What a carved file is, by its content. */
#pragma once

#include <stddef.h>

/* Its media type, "" when libmagic cannot say. Does not close fd, but reads from its
 * beginning. */
void carve_kind(int fd, char *buf, size_t size);
