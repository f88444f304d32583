/* SPDX-License-Identifier: ISC
 *
 * Small files that a user brings: read whole. */
#pragma once

#include "lib/base/view.h"

#define TEXTFILE_MAX (4u << 20)

/* False after telling what is wrong with it. The memory at *ret_memory is the caller's to free;
 * a NUL stands behind the text. */
bool textfile_read(const char *path, char **ret_memory, struct view *ret_text);
