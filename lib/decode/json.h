/* SPDX-License-Identifier: ISC
 *
 * A pull scanner over one line of JSON (RFC 8259), the top an object. It copies nothing and
 * builds nothing: the consumer walks the keys it is at, takes the values it wants as views of the
 * line, and everything it passes over is checked all the same.
 *
 *     struct json j = json_over(line);
 *     struct json_text key;
 *     struct json_value v;
 *     json_enter(&j, '{');
 *     while (json_key(&j, &key))
 *             json_value(&j, &v);
 *     if (json_end(&j)) ...            the line was well-formed
 *
 * Errors are sticky, as with the cursor: after one, every call says false and json_end() too.
 *
 * Strict: escapes, surrogate pairs, UTF-8 (no surrogates, nothing overlong), numbers, no control
 * characters in strings, nothing after the value. What it knowingly does unlike jansson, its
 * oracle in the tests: \u0000 is allowed, in keys too; numbers of any size are well-formed; what
 * is passed over may nest JSON_DEPTH deep; a key that comes twice is shown twice, and all our
 * consumers keep the last, as jansson does; no NUL byte is let through (jansson lets one after a
 * number). */
#pragma once

#include "lib/base/view.h"

#define JSON_DEPTH 64u

/* Not called JSON_..., which is jansson's. */
enum json_type { JV_NULL, JV_BOOL, JV_NUMBER, JV_STRING, JV_ARRAY, JV_OBJECT };

enum json_error { JSON_FINE, JSON_BAD_SYNTAX, JSON_BAD_UTF8 };

struct json {
	const uint8_t *p;
	const uint8_t *end;
	const uint8_t *wide; /* up to here, JSON_WIDE bytes can be read; NULL when nowhere */
	bool first;          /* nothing was read yet of the container we are in */
	uint8_t error;       /* enum json_error */
};

/* The inside of a string, as it stands in the line. */
struct json_text {
	struct view raw;
	bool escaped; /* holds backslashes: json_unescape() it before use */
};

struct json_value {
	struct view
	    raw;      /* a string's inside; all else as written, containers with their brackets */
	uint8_t type; /* enum json_type */
	bool escaped;
};

/* A key of up to 16 bytes, and what a value takes to be seen whole. */
#define JSON_WIDE 64

/* A line, or a value of one, of which bytes before limit can be read. Where that is behind its end,
 * a line ends in \r or \n. */
static inline struct json json_over_wide(struct view line, const uint8_t *limit)
{
	const uint8_t *end = line.p + line.len;
	return (struct json){.p = line.p,
	    .end = end,
	    .wide = limit - line.p >= JSON_WIDE ? limit - JSON_WIDE : NULL};
}

static inline struct json json_over(struct view line)
{
	return json_over_wide(line, line.p + line.len);
}

/* Go into the object ('{') or array ('[') we stand before; false, and an error, when it is none. */
bool json_enter(struct json *j, char open);

/* The character a value begins with, white space passed over; 0 at the end. */
int json_peek(struct json *j);

/* The next key of the object we are in, the cursor then before its value; false at the end of the
 * object, which is then left. */
bool json_key(struct json *j, struct json_text *ret);

/* Whether the array we are in has one more element, the cursor then before it; false at its end,
 * which is then left. */
bool json_next(struct json *j);

/* Pass over one value of any kind. */
bool json_value(struct json *j, struct json_value *ret);

/* The line is read through, without an error. */
bool json_end(struct json *j);

/* The characters of a string of a well-formed line, as UTF-8, into to; at most room bytes are
 * written, never half an escape. The number of bytes, or of those that fitted; ret_cut (may be
 * NULL) says whether some did not. */
size_t json_unescape(struct view raw, uint8_t *to, size_t room, bool *ret_cut);
