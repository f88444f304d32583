/* SPDX-License-Identifier: ISC
 *
 * Where a name's zone begins: the registered domain, public suffix + 1, by the Public Suffix List
 * (https://publicsuffix.org/list/, both sections), the special-use names, and the site's own
 * zones. Decided by the name alone, without history, so that the same name always lands in the
 * same account.
 *
 * The rules form a tree of labels (labels.h), read from the right; a look-up takes one probe for
 * each label as deep as there are rules: two for an ordinary name under .com.
 *
 * There is no default rule "*": a top-level domain that is not listed does not exist in the
 * public DNS, and what is asked there belongs to the server asked, as ZONE_UNKNOWN. */
#pragma once

#include "lib/track/scan.h"

enum zone_class {
	ZONE_REGISTERED, /* public suffix and one label */
	ZONE_SUFFIX,     /* the name is a public suffix, or the root: its own zone */
	ZONE_SITE,       /* under a configured site zone, the longest that matches */
	ZONE_SPECIAL,    /* special-use suffix (suffix_is_special) and one label, or that suffix */
	ZONE_REVERSE,    /* in-addr.arpa whole; of ip6.arpa each /32 */
	ZONE_UNKNOWN,    /* no such top-level domain: the whole name is subdomain */
};

struct zone_split {
	uint8_t zone_at;    /* offset in the name where the zone begins; of the root if unknown */
	uint8_t suffix_at;  /* and the public suffix: the account of new zones ("*.com") */
	uint8_t zone_label; /* number of labels before the zone */
	uint8_t class;      /* enum zone_class */
};

struct suffix;

/* Room for 20,000 rule labels; the list of 2025 needs 11,000. */
size_t suffix_size(void);
/* Lay an empty table out in mem (suffix_size() bytes, 64-byte aligned, the caller's); it knows
 * the special-use names, and no other. */
struct suffix *suffix_init(void *mem);

/* Add a rule of the list in ASCII: "com", "*.ck", "!www.ck", IDN labels in A-label form, any
 * case. -EINVAL when it is no such rule, -ENOSPC when the table is full. */
int suffix_add(struct suffix *t, struct view rule);
/* Add a site zone, a domain name in text form with or without the final dot. Errors as above. */
int suffix_add_site(struct suffix *t, struct view zone);

struct zone_split suffix_split(const struct suffix *t, const struct name_scan *name);
