/* SPDX-License-Identifier: ISC
 *
 * A few members of a JSON object by name, for records that are not so many that the tables of
 * fields.h would pay. */
#pragma once

#include "lib/decode/json.h"

struct pick {
	const char *key;
	struct json_value value; /* type JV_NULL where the object has none */
};

/* Walk an object; the last of several equal keys counts. False when it is not well-formed. */
bool pick_members(struct view object, struct pick *picks, unsigned n);

/* A member as text: a string's characters (in scratch where it had escapes), a number or word as
 * written. Empty, its pointer NULL, when there is none, or it is a container or does not fit. */
struct view pick_text(const struct pick *p, uint8_t *scratch, size_t room);

static inline bool pick_is(const struct pick *p, const char *word)
{
	return p->value.type == JV_STRING && view_is(p->value.raw, word);
}
