/* SPDX-License-Identifier: ISC
 *
 * The second step of an event, done by the thread that decoded it: which zone the name belongs
 * to, and the keyed hashes by which everything later finds it. No state, so any thread may do it
 * for any event, in any order. */
#pragma once

#include "lib/base/hash.h"
#include "lib/decode/event.h"
#include "lib/track/suffix.h"

struct observer {
	const struct suffix *suffix;
	struct hash_key key;
};

/* Most names come again within seconds, at the latest with their answer: what was found out about
 * the last ones, by their hash. A pure memory: with it or without, the same fields come out. */
#define OBSERVE_MEMOS 2048u

struct observe_memo {
	struct known_name {
		uint64_t name_hash, zone_hash;
		uint16_t flags; /* EV_EMBEDDED */
		uint8_t zone_at;
		uint8_t class;
		bool is_used;
	} names[OBSERVE_MEMOS];
};

/* Fill the fields marked "observe" of an event in its batch. The memo begins zeroed. */
void observe_event(
    const struct observer *o, struct observe_memo *memo, const struct batch *b, struct event *e);

/* Keyed hash of a lower-cased name below a zone that has one. */
static inline uint64_t observe_name_hash(const struct observer *o, const struct name_scan *scan)
{
	return hash_bytes(&o->key, scan->lower, scan->len);
}

/* The zone of a name as observe_event() splits it; for explain and for filters. */
struct zone_split observe_split(const struct observer *o, const struct name_scan *scan);

/* Keyed hash of a client's address at a site. */
static inline uint64_t observe_address_hash(
    const struct observer *o, const uint8_t address[16], uint16_t site)
{
	return hash_pair(&o->key, load_le64(address), load_le64(address + 8), site);
}

/* Keyed hash of a zone in wire form, lower case; of the zone "-" of a server. */
uint64_t observe_zone_hash(const struct observer *o, const uint8_t *zone, size_t len);
