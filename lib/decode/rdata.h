/* SPDX-License-Identifier: ISC
 *
 * Record data. A message may compress the names inside the rdata of the old types (RFC 3597 §4);
 * stored rdata never is, so that everybody after may read it without the message. */
#pragma once

#include "lib/base/view.h"

/* Whether rdata of this type holds names that have to be decompressed. */
bool rdata_has_names(uint16_t type);

/* Copy the rdata of a type with names, which lies at msg[at, at + rdlen), into out with its names
 * decompressed; *ret_len is its length then. False when a name is unsound or leaves the rdata, or
 * when the whole takes more than cap. */
bool rdata_expand(struct view msg, size_t at, size_t rdlen, uint16_t type, uint8_t *out, size_t cap,
    size_t *ret_len);

/* Whether this type belongs to the authority and additional sections of ordinary answers: glue,
 * delegations, proofs. What does not could carry data down and is stored like an answer. */
bool rdata_is_glue(uint16_t type);
