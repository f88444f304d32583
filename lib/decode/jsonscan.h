/* SPDX-License-Identifier: ISC
 *
 * The calls of json.h once more, for the one walk that is hot (fields.c): what is ordinary in the
 * lines of sensors — no white space, short strings without escapes, plain numbers — inline, all
 * else left to json.c, which also takes over whenever fewer than 16 bytes are left. */
#pragma once

#include "lib/decode/json.h"
#include "lib/decode/scan.h"

/* The uncommon rest, in json.c. */
bool json_fail(struct json *j, enum json_error why);
bool json_string_slow(struct json *j, struct json_text *ret);
bool json_value_slow(struct json *j, uint8_t c, struct json_value *ret);

static inline uint8_t jsonscan_peek(struct json *j)
{
	if (__builtin_expect(j->p<j->end && * j->p> ' ', 1))
		return *j->p;
	return (uint8_t)json_peek(j);
}

/* A string; we stand on its opening quote. */
static inline bool jsonscan_string(struct json *j, struct json_text *ret)
{
	const uint8_t *start = j->p + 1, *p = start;
	for (; j->end - p >= 16; p += 16) {
		uint32_t m = scan16_string(p);
		if (!m)
			continue;
		p += __builtin_ctz(m);
		if (*p != '"')
			break;
		*ret = (struct json_text){.raw = view_of(start, (size_t)(p - start))};
		j->p = p + 1;
		return true;
	}
	return json_string_slow(j, ret);
}

/* Length of the number at p, of which 16 bytes can be read; 0 when it is not an ordinary one:
 * digits, perhaps a point and digits, ended within the 16. */
static inline unsigned jsonscan_number(const uint8_t *p)
{
	uint32_t other = ~scan16_digits(p) & 0xffff;
	if (*p == '0' || other == 0)
		return 0;
	unsigned n = (unsigned)__builtin_ctz(other);
	if (n && p[n] == '.') {
		other >>= n + 1;
		unsigned places = other ? (unsigned)__builtin_ctz(other) : 0;
		n = places ? n + 1 + places : 0;
	}
	return n && (p[n] | 0x20) != 'e' ? n : 0;
}

/* Length of the truth value at p, of which 5 bytes can be read; 0 when it is none. */
static inline unsigned jsonscan_bool(const uint8_t *p)
{
	if (memcmp(p, "true", 4) == 0)
		return 4;
	return memcmp(p, "false", 5) == 0 ? 5 : 0;
}

static inline bool jsonscan_value(struct json *j, struct json_value *ret)
{
	uint8_t c = jsonscan_peek(j);
	if (c == '"') {
		struct json_text t;
		if (!jsonscan_string(j, &t))
			return false;
		*ret = (struct json_value){.raw = t.raw, .type = JV_STRING, .escaped = t.escaped};
		return true;
	}
	bool has_room = j->end - j->p >= 16;
	unsigned n = has_room ? jsonscan_number(j->p) : 0;
	if (n == 0 && has_room && (n = jsonscan_bool(j->p)) != 0) {
		*ret = (struct json_value){.raw = view_of(j->p, n), .type = JV_BOOL};
		j->p += n;
		return true;
	}
	if (n == 0)
		return json_value_slow(j, c, ret);
	*ret = (struct json_value){.raw = view_of(j->p, n), .type = JV_NUMBER};
	j->p += n;
	return true;
}

/* To the next member of a container; false when it ended here. */
static inline bool jsonscan_member(struct json *j, uint8_t close)
{
	uint8_t c = jsonscan_peek(j);
	if (c == close) {
		j->p++;
		j->first = false;
		return false;
	}
	if (j->first) {
		j->first = false;
		return c ? true : json_fail(j, JSON_BAD_SYNTAX);
	}
	if (c != ',')
		return json_fail(j, JSON_BAD_SYNTAX);
	j->p++;
	return true;
}

/* A key and its colon. */
static inline bool jsonscan_name(struct json *j, struct json_text *ret)
{
	if (jsonscan_peek(j) != '"')
		return json_fail(j, JSON_BAD_SYNTAX);
	if (!jsonscan_string(j, ret))
		return false;
	if (jsonscan_peek(j) != ':')
		return json_fail(j, JSON_BAD_SYNTAX);
	j->p++;
	return true;
}

static inline bool jsonscan_key(struct json *j, struct json_text *ret)
{
	return jsonscan_member(j, '}') && jsonscan_name(j, ret);
}
