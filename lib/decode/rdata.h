/* SPDX-License-Identifier: ISC
 *
 * Record data. A message may compress the names inside the rdata of the old types (RFC 3597 §4);
 * stored rdata never is, so that everybody after may read it without the message. */
#pragma once

#include "lib/base/view.h"

/* The types below 64 whose rdata holds names: NS MD MF CNAME SOA MB MG MR PTR MINFO MX RP AFSDB RT
 * PX SRV KX DNAME (rdata.c knows how). */
#define RDATA_NAMES_MASK                                                                       \
	(0x3fcu | 1u << 12 | 1u << 14 | 1u << 15 | 1u << 17 | 1u << 18 | 1u << 21 | 1u << 26 | \
	    UINT64_C(1) << 33 | UINT64_C(1) << 36 | UINT64_C(1) << 39)

/* Whether rdata of this type holds names that have to be decompressed. Asked of every record. */
static inline bool rdata_has_names(uint16_t type)
{
	if (type < 64)
		return RDATA_NAMES_MASK >> type & 1;
	return type == 64 || type == 65; /* SVCB, HTTPS */
}

/* What the fixed bytes and the names of rdata can take, decompressed. */
#define RDATA_GROWTH_MAX (6 + 2 * 255)

/* Copy the rdata of a type with names, which lies at msg[at, at + rdlen), into out with its names
 * decompressed; *ret_len is its length then. False when a name is unsound or leaves the rdata, or
 * when the whole takes more than cap. */
bool rdata_expand(struct view msg, size_t at, size_t rdlen, uint16_t type, uint8_t *out, size_t cap,
    size_t *ret_len);

/* Whether this type belongs to the authority and additional sections of ordinary answers: glue,
 * delegations, proofs. What does not could carry data down and is stored like an answer. */
bool rdata_is_glue(uint16_t type);
