/* SPDX-License-Identifier: ISC
 *
 * The calls of json.h once more, for the one walk that is hot (fields.c): what is ordinary in the
 * lines of sensors — no white space, short strings without escapes, plain numbers — inline, all
 * else left to json.c, which also takes over whenever fewer than JSON_WIDE bytes can be read. */
#pragma once

#include "lib/base/cursor.h"
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

/* Field by field: built elsewhere and copied, a value is waited for. */
static inline void jsonscan_set(struct json_value *to, const uint8_t *p, size_t len, uint8_t type)
{
	to->raw.p = p;
	to->raw.len = len;
	to->type = type;
	to->escaped = false;
}

/* The closing quote of a string without escapes, all ASCII, that begins at p; NULL when it is
 * another, or is too near the end. */
static inline const uint8_t *jsonscan_plain(const uint8_t *wide, const uint8_t *p)
{
	for (; p <= wide; p += 16) {
		uint32_t m = scan16_string(p);
		if (m) {
			p += __builtin_ctz(m);
			return __builtin_expect(*p == '"', 1) ? p : NULL;
		}
	}
	return NULL;
}

/* A string; we stand on its opening quote. */
static inline bool jsonscan_string(struct json *j, struct json_text *ret)
{
	const uint8_t *start = j->p + 1, *end = jsonscan_plain(j->wide, start);
	if (!end)
		return json_string_slow(j, ret);
	ret->raw.p = start;
	ret->raw.len = (size_t)(end - start);
	ret->escaped = false;
	j->p = end + 1;
	return true;
}

/* Length of the number at p, of which 32 bytes can be read; 0 when it is not an ordinary one:
 * digits, perhaps a point and digits, ended within the 32. */
static inline unsigned jsonscan_number(const uint8_t *p)
{
	uint32_t other = ~(scan16_digits(p) | scan16_digits(p + 16) << 16);
	if (!(other & (other - 1)) || other & 1 || (*p == '0' && !(other & 2)))
		return 0;
	unsigned n = (unsigned)__builtin_ctz(other);
	if (p[n] == '.') {
		other &= other - 1;
		if (other >> n & 2)
			return 0;
		n = (unsigned)__builtin_ctz(other);
	}
	return (p[n] | 0x20) != 'e' ? n : 0;
}

/* The same for a whole number of up to 7 digits; 0 for others, or when another character follows
 * than a comma. */
static inline unsigned jsonscan_whole(const uint8_t *p)
{
	uint64_t x = load_le64(p) ^ 0x3030303030303030u;
	/* Beyond 9, the addition reaches the highest bit, or it was there before. No byte can carry
	 * into the next that is not itself behind one that is beyond 9. */
	uint64_t other = (x | (x + 0x7676767676767676u)) & 0x8080808080808080u;
	if (!other)
		return 0;
	unsigned n = (unsigned)__builtin_ctzll(other) >> 3;
	return p[n] == ',' && (*p != '0' || n == 1) ? n : 0;
}

/* Length of the truth value at p, of which 5 bytes can be read; 0 when it is none. */
static inline unsigned jsonscan_bool(const uint8_t *p)
{
	if (memcmp(p, "true", 4) == 0)
		return 4;
	return memcmp(p, "false", 5) == 0 ? 5 : 0;
}

/* A value at p (up to wide) that is a plain string, an ordinary number or a truth value: where
 * it ends. NULL when it is another; the value is then scratch. */
static inline const uint8_t *jsonscan_short(
    const uint8_t *wide, const uint8_t *p, struct json_value *ret)
{
	uint8_t c = *p;
	if (c == '"') {
		const uint8_t *end = jsonscan_plain(wide, p + 1);
		jsonscan_set(ret, p + 1, (size_t)(end - p) - 1, JV_STRING);
		return end ? end + 1 : NULL;
	}
	if (c > '9') {
		unsigned n = jsonscan_bool(p);
		jsonscan_set(ret, p, n, JV_BOOL);
		return n ? p + n : NULL;
	}
	unsigned n = jsonscan_whole(p);
	n = n ? n : jsonscan_number(p);
	jsonscan_set(ret, p, n, JV_NUMBER);
	return n ? p + n : NULL;
}

static inline bool jsonscan_value(struct json *j, struct json_value *ret)
{
	const uint8_t *end = j->p <= j->wide ? jsonscan_short(j->wide, j->p, ret) : NULL;
	if (!end)
		return json_value_slow(j, (uint8_t)json_peek(j), ret);
	j->p = end;
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
