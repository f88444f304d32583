/* SPDX-License-Identifier: ISC
 *
 * Public, machine-made structure in names: reverse lookups, service labels, key selectors, search
 * lists. A detector that prices them as if somebody had chosen them cries at every mail server.
 *
 * Every fold is a hole in the making, so it needs the right shape and type, and what it gives away
 * is capped by the caller per zone and day (fold_cap_bits): names that only look folded are paid
 * in full beyond the cap. */
#pragma once

#include "lib/track/suffix.h"

enum fold {
	FOLD_NONE,
	FOLD_REVERSE4, /* d.c.b.a.in-addr.arpa */
	FOLD_REVERSE6, /* nibbles of ip6.arpa */
	FOLD_SERVICE,  /* _ldap._tcp..., _dmarc, DNS-SD (RFC 6763, RFC 8552) */
	FOLD_SELECTOR, /* <selector>._domainkey (RFC 6376) */
	FOLD_SEARCH,   /* a whole name before a search-list suffix */
	FOLD_PROBE,    /* one label of 7 to 15 letters below no zone: browsers test for wildcards */
	FOLD_KEY_HASH, /* 56 hexadecimal digits before _openpgpkey, _smimecert (RFC 7929, RFC 8162)
	                */
	FOLD_SPF,      /* an address spelled out by an SPF macro (RFC 7208, section 7) */
	FOLD_COUNT
};

struct folding {
	enum fold fold;
	uint8_t from, to; /* labels [from, to) are free but for bits; the others are priced */
	uint32_t bits;    /* 1/256 bit, what the folded labels cost */
};

/* What can be folded of a name that event flags, type and zone describe. */
struct folding fold_name(
    const struct name_scan *scan, struct zone_split zone, uint16_t qtype, uint16_t flags);

/* How much a fold may give away in one zone and day, 1/256 bit. */
uint32_t fold_cap_bits(enum fold fold);
