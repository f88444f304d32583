/* SPDX-License-Identifier: ISC
 *
 * How an unknown tool lays out its names: which labels are constant or tell sessions apart, where
 * a counter is and in which base, and which labels are payload. Found from the names alone, over
 * all names of a pair: a counter is what has (nearly) all values of a range, once each; payload
 * is what is left in the middle. A few names of another kind (a greeting, a look-up of the same
 * zone) do not disturb it. */
#pragma once

#include "lib/base/hash.h"
#include "lib/carve/wire.h"

/* The labels below the top, in wire form without the root. */
struct subdomain {
	const uint8_t *p;
	uint8_t len;
};

enum field_part {
	FIELD_WHOLE,  /* the label */
	FIELD_BEFORE, /* what stands before the first separator `arg` of it */
	FIELD_AFTER,  /* behind the last */
	FIELD_PREFIX, /* its first `arg` bytes */
	FIELD_SUFFIX, /* its last */
};

struct field {
	int8_t label; /* from the left 0, 1, ..; from the right -1, -2, .. */
	uint8_t part; /* enum field_part */
	uint8_t arg;
	uint8_t base; /* 10, 16 or 36 */
};

#define LAYOUT_EDGE 4 /* labels at each end that may be no payload */

enum label_role { LABEL_PAYLOAD, LABEL_GROUP, LABEL_COUNTER, LABEL_NONCE };

struct layout {
	uint8_t left, right; /* labels at the ends that are no payload */
	uint8_t left_role[LAYOUT_EDGE], right_role[LAYOUT_EDGE]; /* enum label_role */
	bool has_counter;
	struct field counter;
};

/* Find the layout of n names. scratch: n numbers. */
void layout_find(const struct subdomain *names, size_t n, uint64_t *scratch,
    const struct hash_key *key, struct layout *ret);

/* Only a counter, wherever it is: a label of its own at either end, or a part of the outermost
 * ones. */
bool layout_find_counter(
    const struct subdomain *names, size_t n, uint64_t *scratch, struct field *ret);

/* What a counter says in a name; false for names without it. */
bool layout_counter(const struct field *f, const struct subdomain *name, uint64_t *ret);

/* What a name says under a layout: its counter (0 without one), a hash of the labels that tell
 * sessions apart, and its payload labels joined. False for names that do not fit. */
bool layout_read(const struct layout *l, const struct subdomain *name, const struct hash_key *key,
    uint64_t *ret_counter, uint64_t *ret_group, uint8_t text[NAME_BYTES_MAX], size_t *ret_len);

/* What each byte of a name in wire form is (name->len of them): '.' the length of a label, or one
 * of "payload", "constant" (few values: also what tells sessions apart), "counter" and "nonce" by
 * its first letter, but 'n' for the counter and 'r' for the nonce. */
void layout_mark(const struct layout *l, const struct subdomain *name, char *marks);

/* The same layout with its nonces taken for payload: short labels of fixed length at the end can
 * be either, and only decoding tells. False when it has none. */
bool layout_without_nonces(const struct layout *l, struct layout *ret);

/* The layout in words: "group.counter16.payload", at most cap bytes; returns their number. */
size_t layout_text(const struct layout *l, char *to, size_t cap);
