/* SPDX-License-Identifier: ISC
 *
 * Names of resource record types and response codes, as logs write them and as we do
 * (IANA's DNS parameters; RFC 3597 for types without a name). */
#pragma once

#include "lib/base/view.h"

enum rrtype {
	RR_A = 1,
	RR_NS = 2,
	RR_CNAME = 5,
	RR_SOA = 6,
	RR_NULL = 10,
	RR_PTR = 12,
	RR_MX = 15,
	RR_TXT = 16,
	RR_AAAA = 28,
	RR_SRV = 33,
	RR_DNAME = 39,
	RR_SPF = 99,
	RR_ANY = 255,
};

/* The number of a type: its name in any case, TYPE123, query-123 (Zeek), or 123. */
bool rrtype_parse(struct view text, uint16_t *ret);

/* The name of a type; NULL when it has none and is to be written TYPE123. */
const char *rrtype_text(uint16_t type);

/* The number of a response code: its name in any case, or a number up to 254. */
bool rcode_parse(struct view text, uint8_t *ret);
