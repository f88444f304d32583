/* SPDX-License-Identifier: ISC
 *
 * The two tables of a shard: zones, and pairs of (client, zone). Both are open-addressed over
 * keyed hashes with a window of TABLE_WINDOW slots: an entry lives in one of the slots after its
 * home, a look-up never goes further, and a full window evicts instead of growing. What goes is
 * the entry with the smallest leak, and among those that have none, the one unused for longest;
 * so a flood of new keys pushes out other light entries, never one that has leaked more than the
 * newcomer. A leaking pair points to evidence (evidence.h); it is only evicted after all others.
 *
 * Frequency: one look-up of each per event. A pair is one cache line, a zone two. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "lib/base/prefetch.h"
#include "lib/track/decay.h"

enum { TABLE_WINDOW = 8 };

#define ZONE_DAYS 96
#define ZONE_NAME_MAX 39 /* longer zones are kept cut; samples hold the whole name */

/* What every event needs stands in the first cache line. */
struct zone {
	uint64_t hash;        /* 0: free */
	uint64_t clients_map; /* linear counting over 64 bits */
	struct sums sums;     /* over all clients */
	uint32_t last_s;
	uint32_t queries;
	uint32_t novel;       /* new names, and their characters */
	uint16_t service;     /* whether its names can belong to a declared service */
	uint8_t class;        /* enum zone_class */
	uint8_t clients_bits; /* set in clients_map */

	uint32_t first_s;
	uint32_t chars;
	uint32_t folded; /* 1/256 bit given away for public structure since folded_day */
	uint16_t folded_day;
	uint16_t day;                  /* of the lowest bit of days */
	uint32_t days[ZONE_DAYS / 32]; /* that brought new names */
	uint8_t name_len;              /* whole wire length */
	uint8_t name[ZONE_NAME_MAX];   /* wire form, lower case */
};
_Static_assert(offsetof(struct zone, first_s) <= 64, "the hot half is one cache line");
_Static_assert(sizeof(struct zone) == 128, "a zone is two cache lines");

struct pair {
	uint64_t key; /* 0: free */
	uint8_t client[16];
	struct sums sums;
	uint32_t zone; /* slot in the zone table; check its hash */
	uint32_t queries;
	uint16_t evidence; /* 1 + slot, 0 = light */
	uint16_t novel;    /* names that were new, saturating; moves to the evidence */
};
_Static_assert(sizeof(struct pair) == 64, "a light pair is one cache line");

struct tables {
	struct zone *zones;
	struct pair *pairs;
	uint32_t zone_mask, pair_mask;
	uint64_t zones_evicted, pairs_evicted;
};

size_t tables_size(unsigned log2_zones, unsigned log2_pairs);
void tables_init(struct tables *t, void *mem, unsigned log2_zones, unsigned log2_pairs);

/* The entry of a hash, made when there is none (*ret_new). Never NULL. The shard's own top bits
 * are the same in every hash, so the home comes from the bits below them. */
struct zone *tables_zone(struct tables *t, uint64_t hash, bool *ret_new);
/* *ret_evicted is the evidence slot + 1 that an evicted entry leaves behind, else 0. */
struct pair *tables_pair(struct tables *t, uint64_t key, bool *ret_new, uint16_t *ret_evicted);

/* The same without making one: NULL when there is none. */
struct pair *tables_find_pair(const struct tables *t, uint64_t key);
const struct zone *tables_find_zone(const struct tables *t, uint64_t hash);

/* About how many clients have asked for the zone, 1..250. */
uint32_t zone_clients(const struct zone *z);
/* Note a day that brought a new name, and count them: 0..ZONE_DAYS. */
void zone_add_day(struct zone *z, uint16_t day);
uint32_t zone_days(const struct zone *z);
void zone_add_client(struct zone *z, uint64_t client_hash);

static inline size_t tables_home(uint64_t hash, uint32_t mask)
{
	return (size_t)(hash >> 24) & mask;
}

static inline const struct pair *tables_home_pair(const struct tables *t, uint64_t key)
{
	return &t->pairs[tables_home(key, t->pair_mask)];
}

/* An entry is mostly in its home. */
DH_PREFETCH tables_prefetch(const struct tables *t, uint64_t zone, uint64_t pair)
{
	const struct zone *z = &t->zones[tables_home(zone, t->zone_mask)];
	const struct pair *p = &t->pairs[tables_home(pair, t->pair_mask)];
	prefetch_line(z);
	prefetch_line(p);
}
