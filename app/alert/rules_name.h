/* SPDX-License-Identifier: ISC
 *
 * A name that came out of traffic and shall go into somebody else's configuration. It is read once
 * into labels; every format writes it from those, so that no byte of it is ever syntax. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { RULES_NAME_WIRE = 255, RULES_NAME_TEXT = 4 * RULES_NAME_WIRE + 1 };

struct rules_name {
	uint8_t wire[RULES_NAME_WIRE]; /* labels as in RFC 1035, lower case, with the root */
	uint8_t len, n_labels;
};

/* From text with \DDD and \X (RFC 1035 section 5.1), with or without the final dot. False when it
 * is no name, or the root. */
bool rules_name_read(struct rules_name *ret, const char *text);

/* Letters, digits, hyphens, underscores, two labels or more, no number at the end: what every
 * format can say without escapes. */
bool rules_name_is_plain(const struct rules_name *n);
/* No label holds a dot: joined with dots, the name is no other's. */
bool rules_name_is_joinable(const struct rules_name *n);
/* Whether a response policy zone can hold it as an ordinary name, with "*." before it and an origin
 * of up to RULES_ORIGIN_MAX octets behind: no wildcard, no single label, nothing below rpz-ip and
 * its kin, which would be a trigger of another kind. */
bool rules_name_is_policy(const struct rules_name *n);
enum { RULES_ORIGIN_MAX = 64 };

/* With dots and without the final one: as it is (plain names only), as a zone file wants it (\DDD),
 * and as Suricata's content (|xx|). buf has RULES_NAME_TEXT octets. */
void rules_name_plain(const struct rules_name *n, char *buf);
void rules_name_master(const struct rules_name *n, char *buf);
void rules_name_content(const struct rules_name *n, char *buf);

/* <0, 0, >0: by the last label first, so that what belongs together stands together. */
int rules_name_compare(const struct rules_name *a, const struct rules_name *b);

/* Text of traffic for a comment or a message: letters, digits, blanks and ._,:%()/+- stay, a
 * semicolon becomes a comma, the rest '?'. */
void rules_clean(const char *text, char *buf, size_t size);
