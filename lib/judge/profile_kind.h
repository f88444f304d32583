/* SPDX-License-Identifier: ISC
 *
 * What the profiles share among themselves; profile.h is for everyone else. */
#pragma once

#include "lib/judge/profile.h"

struct profile {
	const struct profile_ops *ops;
	struct hash_key key;
	struct profile_sink sink;
	struct profile_stats stats;
	void *state; /* of the kind, behind this header */
};

/* A qname as text, bytes as received and dots between labels; offsets are into the text. */
struct profile_name {
	uint8_t text[256];
	uint32_t len;
	uint32_t labels;
	uint32_t last_at, second_last_at; /* where these labels begin; both 0 for one label */
};

struct profile_ops {
	/* Bytes of state for a budget. */
	size_t (*size)(size_t budget);
	/* Lay the state out in p->state, which is zero. */
	void (*init)(struct profile *p, size_t budget);
	void (*feed)(struct profile *p, const struct batch *b, const struct event *e,
	    const struct profile_name *name);
	void (*finish)(struct profile *p);
};

extern const struct profile_ops profile_points, profile_hunt, profile_listener;

static inline struct view profile_name_view(const struct profile_name *n)
{
	return view_of(n->text, n->len);
}

/* Hand a row on, and count it. */
void profile_deliver(struct profile *p, const struct profile_row *row);

/* Round up to whole cache lines: how the states' tables are laid out one after another. */
static inline size_t profile_lines(size_t bytes)
{
	return (bytes + 63) & ~(size_t)63;
}

/* The largest power of two of elements of that size within bytes; at least 16. */
static inline size_t profile_slots(size_t bytes, size_t element)
{
	size_t n = 16;
	while (n * 2 * element <= bytes)
		n *= 2;
	return n;
}
