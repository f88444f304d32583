/* SPDX-License-Identifier: ISC
 *
 * What the answers of a message can have conveyed that the zone had not said before. */
#pragma once

#include "lib/track/novelty.h"
#include "lib/track/price.h"

struct answers_price {
	uint32_t bits;   /* 1/256 bit */
	uint32_t opaque; /* of those, in TXT, NULL, KEY and unknown types */
	uint32_t min_ttl;
};

struct answers_price answers_price_new(
    struct novelty *known, const struct model *m, uint64_t zone_hash, struct view answers);
