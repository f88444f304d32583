/* SPDX-License-Identifier: ISC
 *
 * What a new name, or a new answer, can have conveyed: its surprisal, in 1/256 bit. */
#pragma once

#include "lib/decode/event.h"
#include "lib/track/fold.h"
#include "lib/track/model.h"

struct name_price {
	uint32_t full;   /* every label below the zone by the host-name model */
	uint32_t folded; /* with what fold_name() recognised given away; = full without a fold */
	enum fold fold;
};

struct name_price price_name(const struct model *m, const struct name_scan *scan,
    struct zone_split zone, uint16_t qtype, uint16_t flags);

/* Types whose rdata is data by itself: TXT, NULL, KEY, PRIVATE and what nobody has defined. */
bool price_is_opaque(uint16_t type);

/* Opaque rdata: length times measured entropy of its bytes. */
uint32_t price_opaque(struct view rdata);

/* A name in an answer, wire form. */
uint32_t price_target(const struct model *m, struct view wire);
