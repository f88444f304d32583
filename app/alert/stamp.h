/* SPDX-License-Identifier: ISC
 *
 * Times as text. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { STAMP_MAX = 48 };

/* RFC 3339 in UTC, to the millisecond: "2026-01-02T03:04:05.678Z". */
void stamp_print(int64_t ns, char *buf, size_t size);
