/* SPDX-License-Identifier: ISC
 *
 * Which names were seen lately: a direct-mapped table of keyed hashes in the carver's memory. It
 * forgets after a while (a tool's counters come round, and an idle tunnel sends the same packet
 * again and again), or when a newer one takes the place; what it forgot, carvers tell apart by
 * sequence numbers. */
#pragma once

#include "lib/base/hash.h"
#include "lib/base/view.h"

#define SEEN_SLOTS 4096u
#define SEEN_EVER INT64_MAX
/* Resolvers give up on a query after some 10 to 15 s, and lazy answers take 4. */
#define SEEN_LATELY_NS (20 * 1000000000ll)

struct seen {
	struct hash_key key;
	int64_t horizon_ns;
	struct {
		uint64_t hash;
		int64_t time_ns;
	} slot[SEEN_SLOTS];
};

static inline void seen_init(struct seen *s, const struct hash_key *key, int64_t horizon_ns)
{
	memset(s, 0, sizeof(*s));
	s->key = *key;
	s->horizon_ns = horizon_ns;
}

/* True when these bytes were there within the horizon; they are from now on. */
static inline bool seen_before(struct seen *s, struct view v, int64_t time_ns)
{
	uint64_t h = hash_bytes(&s->key, v.p, v.len) | 1;
	size_t at = h >> 52;
	int64_t age = 0;
	bool recent = s->slot[at].hash == h &&
	              !__builtin_sub_overflow(time_ns, s->slot[at].time_ns, &age) &&
	              age <= s->horizon_ns;
	if (!recent) {
		s->slot[at].hash = h;
		s->slot[at].time_ns = time_ns;
	}
	return recent;
}
