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

/* How the rdata of a type is priced. */
enum price_kind {
	PRICE_OPAQUE, /* data by itself: TXT, NULL, KEY, PRIVATE and what nobody has defined */
	PRICE_NOTHING,
	PRICE_NAME,    /* a name behind `skip` bytes of structure */
	PRICE_ADDRESS, /* an address, the first `skip` bytes of which are its network */
};

struct price_form {
	uint8_t kind, skip;
};

struct price_form price_form(uint16_t type);

/* Opaque rdata: length times measured entropy of its bytes. */
uint32_t price_opaque(struct view rdata);

/* A name in an answer, wire form. */
uint32_t price_target(const struct model *m, struct view wire);
