/* SPDX-License-Identifier: ISC
 *
 * What the answers of a message can have conveyed that the zone had not said before. */
#pragma once

#include "lib/base/hash.h"
#include "lib/track/novelty.h"
#include "lib/track/price.h"

struct answers_price {
	uint32_t bits;   /* 1/256 bit */
	uint32_t opaque; /* of those, in TXT, NULL, KEY and unknown types */
	uint32_t min_ttl;
};

/* A record, and what it and its network are known by in the zone's novelty. */
struct answers_record {
	struct answer a;
	struct price_form form;
	uint64_t hash, net_hash, place;
};

/* So many records are looked at together, so that their cache lines come at the same time. */
#define ANSWERS_AT_ONCE 8

/* The first records of an event, looked up some events ahead of their use. */
struct answers_ahead {
	unsigned n;
	uint32_t min_ttl;
	struct view rest; /* of the answers, behind those */
	struct answers_record at[ANSWERS_AT_ONCE];
};

/* Work out what the answers of an event are known by, and fetch the cache lines for that. */
void answers_fetch(struct answers_ahead *ret, const struct novelty *known,
    const struct hash_key *key, const struct batch *b, const struct event *e);

/* Price those that are new to the zone; all are known from then on. */
struct answers_price answers_price_new(struct answers_ahead *ahead, struct novelty *known,
    const struct model *m, const struct hash_key *key, uint64_t zone_hash);
