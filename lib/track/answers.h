/* SPDX-License-Identifier: ISC
 *
 * What the answers of a message can have conveyed that the zone had not said before. */
#pragma once

#include "lib/track/novelty.h"
#include "lib/track/observe.h"
#include "lib/track/price.h"

struct answers_price {
	uint32_t bits;   /* 1/256 bit */
	uint32_t opaque; /* of those, in TXT, NULL, KEY and unknown types */
	uint32_t min_ttl;
};

/* Price the answers of an event that are new to its zone; all are known from then on. Nothing when
 * they were all known together. */
struct answers_price answers_price_new(struct novelty *known, const struct model *m,
    const struct hash_key *key, const struct batch *b, const struct event *e);

/* What all answers of an event together are known by in the zone's novelty. A single record is known
 * by the same key whether it comes alone or among others. */
static inline uint64_t answers_key(uint64_t zone_hash, uint64_t answer_hash)
{
	return hash_mix(zone_hash, answer_hash);
}
