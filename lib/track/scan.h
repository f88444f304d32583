/* SPDX-License-Identifier: ISC
 *
 * The first look at a name: one pass over a validated qname that lower-cases it and notes where
 * its labels begin. Everything after (zone, folding, pricing, novelty) works on this copy.
 *
 * Upper case is a matter of ASCII only (RFC 4343). The length bytes of a wire name are at most
 * 63, below 'A', so the whole name can be lowered blindly, many bytes at a time. */
#pragma once

#include "lib/base/view.h"

#define NAME_WIRE_MAX 255 /* RFC 1035 §2.3.4 */
#define NAME_LABELS_MAX 127

struct name_scan {
	uint8_t lower[NAME_WIRE_MAX + 9]; /* wire form; what lies behind len is undefined, but may
	                                   * be read: words are loaded whole */
	uint8_t starts[NAME_LABELS_MAX];  /* offset of each label's length byte, leftmost first */
	uint8_t n_labels;                 /* without the root */
	uint8_t len;                      /* wire length with the root, 1..255 */
};

/* Scan a name in wire form that a parser has validated: labels of 1 to 63 bytes, closed by the
 * root, len bytes in all, no pointers. */
void scan_name(struct name_scan *ret, const uint8_t *wire, size_t len);
/* The two halves of it: the lower-case copy, and then the labels in that copy. */
void scan_lower(struct name_scan *ret, const uint8_t *wire, size_t len);
void scan_labels(struct name_scan *s);

/* Offset of label i; of the root for i == n_labels. */
static inline uint8_t scan_at(const struct name_scan *s, unsigned i)
{
	return i < s->n_labels ? s->starts[i] : (uint8_t)(s->len - 1);
}

/* How many characters of each kind stand in some labels. A hexadecimal letter counts as letter
 * and as hex, a digit as digit and as hex. */
struct name_classes {
	uint8_t letters, upper, digits, hex;
	uint8_t dashes;  /* '-' and '_' */
	uint8_t other;   /* other printable ASCII, the space included */
	uint8_t control; /* below space, and DEL */
	uint8_t high;    /* 0x80 and above */
};

/* Count labels [from, to) of a scanned name. Takes the original wire form, for the case. */
struct name_classes scan_classes(
    const struct name_scan *s, const uint8_t *wire, unsigned from, unsigned to);

static inline unsigned classes_total(const struct name_classes *c)
{
	return (unsigned)c->letters + c->digits + c->dashes + c->other + c->control + c->high;
}
