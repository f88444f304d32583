/* SPDX-License-Identifier: ISC
 *
 * A view: bytes that somebody else owns. It never outlives the batch, mapping or buffer it looks
 * into; nobody frees through a view. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct view {
	const uint8_t *p;
	size_t len;
};

static inline struct view view_of(const void *p, size_t len)
{
	return (struct view){.p = p, .len = len};
}

static inline struct view view_str(const char *s)
{
	return (struct view){.p = (const uint8_t *)s, .len = strlen(s)};
}

static inline bool view_is(struct view v, const char *s)
{
	size_t n = strlen(s);
	return v.len == n && (n == 0 || memcmp(v.p, s, n) == 0);
}

static inline bool view_starts(struct view v, const char *s)
{
	size_t n = strlen(s);
	return v.len >= n && (n == 0 || memcmp(v.p, s, n) == 0);
}
