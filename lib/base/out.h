/* SPDX-License-Identifier: ISC
 *
 * Text into a fixed buffer, without locale, allocation or format strings. What does not fit is cut;
 * the text always ends in NUL. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct out {
	char *buf;
	size_t size, len;
};

/* size at least 1. */
struct out out_to(char *buf, size_t size);
void out_str(struct out *o, const char *s);
void out_u64(struct out *o, uint64_t v);
void out_i64(struct out *o, int64_t v);
/* v / 10^decimals with that many decimals. */
void out_decimal(struct out *o, uint64_t v, unsigned decimals);
/* "812 B", "177.3 KiB". */
void out_bytes(struct out *o, uint64_t bytes);
