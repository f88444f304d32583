/* SPDX-License-Identifier: ISC
 *
 * Which names (or answers) were seen lately: a direct-mapped table of keyed hashes in the
 * carver's memory. It forgets when a newer one takes the place; carvers treat what it forgot as
 * new and tell it apart by sequence numbers. */
#pragma once

#include "lib/base/hash.h"
#include "lib/base/view.h"

#define SEEN_SLOTS 4096u

struct seen {
	struct hash_key key;
	uint64_t slots[SEEN_SLOTS];
};

static inline void seen_init(struct seen *s, const struct hash_key *key)
{
	memset(s, 0, sizeof(*s));
	s->key = *key;
}

/* True when these bytes were there before; they are from now on. */
static inline bool seen_before(struct seen *s, struct view v)
{
	uint64_t h = hash_bytes(&s->key, v.p, v.len) | 1;
	uint64_t *slot = &s->slots[h >> 52];
	if (*slot == h)
		return true;
	*slot = h;
	return false;
}
