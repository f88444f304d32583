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

/* Copy what a view shows. Written for the short things that messages are made of: addresses, names,
 * labels; two moves that may overlap instead of a call. */
static inline void view_copy(uint8_t *to, struct view v)
{
	if (v.len > 32) {
		memcpy(to, v.p, v.len);
	} else if (v.len >= 16) {
		memcpy(to, v.p, 16);
		memcpy(to + v.len - 16, v.p + v.len - 16, 16);
	} else if (v.len >= 8) {
		memcpy(to, v.p, 8);
		memcpy(to + v.len - 8, v.p + v.len - 8, 8);
	} else if (v.len >= 4) {
		memcpy(to, v.p, 4);
		memcpy(to + v.len - 4, v.p + v.len - 4, 4);
	} else {
		for (size_t i = 0; i < v.len; i++)
			to[i] = v.p[i];
	}
}
