/* SPDX-License-Identifier: ISC
 *
 * A table of flows (datagrams or streams that are being put together): found by keyed hash, evicted
 * oldest first. Entries live in one array, begin with a struct flow_link, and are known by their
 * index; each stands in one of a few lists ordered by when it was last moved there, so that the
 * owner can evict the cheapest kind first. Senders choose the keys, but not the hash. */
#pragma once

#include "lib/base/view.h"

#define FLOW_NONE UINT32_MAX
#define FLOW_LISTS 3

struct flow_link {
	uint64_t hash;
	uint32_t chain;        /* next in the same bucket, or in the free list */
	uint32_t older, newer; /* in its list */
	uint32_t list;
};

struct flow_list {
	uint32_t oldest, newest, n;
};

struct flow_table {
	uint32_t *buckets;
	uint8_t *entries;
	size_t stride;
	uint32_t mask, free;
	struct flow_list lists[FLOW_LISTS];
};

/* Bytes for n entries (n a power of two) of `stride` bytes (a multiple of 8). */
size_t flow_size(uint32_t n, size_t stride);
void flow_init(struct flow_table *t, void *mem, uint32_t n, size_t stride);

static inline void *flow_at(const struct flow_table *t, uint32_t i)
{
	return t->entries + i * t->stride;
}

/* The first entry with this hash, and the next one after i; FLOW_NONE when there is none. The
 * caller compares keys. */
uint32_t flow_find(const struct flow_table *t, uint64_t hash);
uint32_t flow_find_next(const struct flow_table *t, uint32_t i);

/* A new entry as the newest of `list`; FLOW_NONE when the table is full. Only the link is set. */
uint32_t flow_insert(struct flow_table *t, uint64_t hash, uint32_t list);
/* Make an entry the newest of `list`. */
void flow_move(struct flow_table *t, uint32_t i, uint32_t list);
void flow_remove(struct flow_table *t, uint32_t i);
