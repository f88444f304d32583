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

/* Fill the fields marked "observe" of an event in its batch. */
void observe_event(const struct observer *o, const struct batch *b, struct event *e);

/* The zone of a name as observe_event() splits it; for explain and for filters. */
struct zone_split observe_split(const struct observer *o, const struct name_scan *scan);

/* Keyed hash of a zone in wire form, lower case; of the zone "-" of a server. */
uint64_t observe_zone_hash(const struct observer *o, const uint8_t *zone, size_t len);
