/* SPDX-License-Identifier: ISC
 *
 * Lines of sensors are compact and their strings short, so one 16-byte step mostly finds the end
 * of a string; white space, escapes and bytes beyond ASCII are what is rare. */
#include "lib/decode/json.h"

#include "lib/decode/jsonscan.h"

bool json_fail(struct json *j, enum json_error why)
{
	if (!j->error)
		j->error = (uint8_t)why;
	j->p = j->end;
	return false;
}

static inline bool is_space(uint8_t c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static inline void skip_space(struct json *j)
{
	while (j->p < j->end && *j->p <= ' ' && is_space(*j->p))
		j->p++;
}

int json_peek(struct json *j)
{
	skip_space(j);
	return j->p < j->end ? *j->p : 0;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits at p; -1 when they are none. */
static int32_t hex4(const uint8_t *p)
{
	int32_t v = 0;
	for (int i = 0; i < 4; i++) {
		int d = hex_digit(p[i]);
		if (d < 0)
			return -1;
		v = v << 4 | d;
	}
	return v;
}

static inline bool is_high_surrogate(int32_t u)
{
	return u >= 0xd800 && u < 0xdc00;
}

static inline bool is_low_surrogate(int32_t u)
{
	return u >= 0xdc00 && u < 0xe000;
}

/* Length of the escape at p (which holds a backslash); 0 when it is none. */
static size_t escape_length(const uint8_t *p, const uint8_t *end)
{
	size_t left = (size_t)(end - p);
	if (left < 2)
		return 0;
	if (p[1] != 'u')
		return p[1] && strchr("\"\\/bfnrt", p[1]) ? 2 : 0;
	int32_t u = left < 6 ? -1 : hex4(p + 2);
	if (u < 0 || is_low_surrogate(u))
		return 0;
	if (!is_high_surrogate(u))
		return 6;
	if (left < 12 || p[6] != '\\' || p[7] != 'u' || !is_low_surrogate(hex4(p + 8)))
		return 0;
	return 12;
}

/* Length of the UTF-8 sequence at p, which begins with a byte from 0x80 (RFC 3629 §4); 0 when it
 * is none. */
static size_t utf8_length(const uint8_t *p, const uint8_t *end)
{
	size_t left = (size_t)(end - p);
	uint8_t c = p[0], low = 0x80, high = 0xbf;
	size_t n;
	if (c >= 0xc2 && c <= 0xdf)
		n = 2;
	else if (c >= 0xe0 && c <= 0xef)
		n = 3;
	else if (c >= 0xf0 && c <= 0xf4)
		n = 4;
	else
		return 0;
	if (left < n)
		return 0;
	if (c == 0xe0)
		low = 0xa0;
	else if (c == 0xed)
		high = 0x9f;
	else if (c == 0xf0)
		low = 0x90;
	else if (c == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* The first byte from p on that is not plain. */
static inline const uint8_t *plain_end(const uint8_t *p, const uint8_t *end)
{
	while (end - p >= 16) {
		uint32_t m = scan16_string(p);
		if (m)
			return p + __builtin_ctz(m);
		p += 16;
	}
	while (p < end && *p != '"' && *p != '\\' && *p >= 0x20 && *p < 0x80)
		p++;
	return p;
}

/* Any string, from its opening quote. */
bool json_string_slow(struct json *j, struct json_text *ret)
{
	const uint8_t *start = j->p + 1;
	const uint8_t *p = start;
	bool escaped = false;
	for (;;) {
		p = plain_end(p, j->end);
		if (p == j->end)
			return json_fail(j, JSON_BAD_SYNTAX);
		if (*p == '"')
			break;
		size_t n;
		if (*p == '\\') {
			escaped = true;
			n = escape_length(p, j->end);
		} else {
			n = *p >= 0x80 ? utf8_length(p, j->end) : 0;
			if (*p >= 0x80 && !n)
				return json_fail(j, JSON_BAD_UTF8);
		}
		if (!n)
			return json_fail(j, JSON_BAD_SYNTAX);
		p += n;
	}
	*ret = (struct json_text){.raw = view_of(start, (size_t)(p - start)), .escaped = escaped};
	j->p = p + 1;
	return true;
}

static inline bool is_digit(const uint8_t *p, const uint8_t *end)
{
	return p < end && (uint8_t)(*p - '0') < 10;
}

static bool skip_number(struct json *j)
{
	const uint8_t *p = j->p, *end = j->end;
	if (*p == '-')
		p++;
	if (!is_digit(p, end))
		return json_fail(j, JSON_BAD_SYNTAX);
	if (*p++ != '0')
		while (is_digit(p, end))
			p++;
	if (p < end && *p == '.') {
		if (!is_digit(++p, end))
			return json_fail(j, JSON_BAD_SYNTAX);
		while (is_digit(p, end))
			p++;
	}
	if (p < end && (*p | 0x20) == 'e') {
		p++;
		if (p < end && (*p == '+' || *p == '-'))
			p++;
		if (!is_digit(p, end))
			return json_fail(j, JSON_BAD_SYNTAX);
		while (is_digit(p, end))
			p++;
	}
	j->p = p;
	return true;
}

static bool skip_word(struct json *j, const char *word, size_t n)
{
	if ((size_t)(j->end - j->p) < n || memcmp(j->p, word, n) != 0)
		return json_fail(j, JSON_BAD_SYNTAX);
	j->p += n;
	return true;
}

/* A word or an unordinary number, the first character of which is c. */
static bool read_scalar(struct json *j, uint8_t c, struct json_value *ret)
{
	const uint8_t *start = j->p;
	bool fine;
	ret->escaped = false;
	if (c == 't' || c == 'f') {
		ret->type = JV_BOOL;
		fine = c == 't' ? skip_word(j, "true", 4) : skip_word(j, "false", 5);
	} else if (c == 'n') {
		ret->type = JV_NULL;
		fine = skip_word(j, "null", 4);
	} else {
		ret->type = JV_NUMBER;
		fine = c && skip_number(j);
	}
	if (!fine)
		return json_fail(j, JSON_BAD_SYNTAX);
	ret->raw = view_of(start, (size_t)(j->p - start));
	return true;
}

/* Pass over the container that begins here. Bit d of the stack says whether the one at depth d is
 * an object. */
static bool skip_container(struct json *j)
{
	uint64_t objects = 0;
	unsigned depth = 0;
	struct json_text key;
	struct json_value v;
	for (;;) {
		uint8_t c = jsonscan_peek(j);
		bool closed = false;
		if (c == '{' || c == '[') {
			if (depth == JSON_DEPTH)
				return json_fail(j, JSON_BAD_SYNTAX);
			bool object = c == '{';
			objects = object ? objects | 1ull << depth : objects & ~(1ull << depth);
			depth++;
			j->p++;
			if (jsonscan_peek(j) != (object ? '}' : ']')) {
				if (object && !jsonscan_name(j, &key))
					return false;
				continue;
			}
			closed = true;
		} else if (!jsonscan_value(j, &v)) {
			return false;
		}
		/* A value ended: close what ends with it, up to the next comma. */
		for (;;) {
			bool object = objects >> (depth - 1) & 1;
			c = closed ? (object ? '}' : ']') : jsonscan_peek(j);
			closed = false;
			if (c == ',') {
				j->p++;
				if (object && !jsonscan_name(j, &key))
					return false;
				break;
			}
			if (c != (object ? '}' : ']'))
				return json_fail(j, JSON_BAD_SYNTAX);
			j->p++;
			if (--depth == 0)
				return true;
		}
	}
}

/* Pass over an array of scalars, as most are. False, nothing taken and no error set, when it is
 * another. */
static bool skip_flat(struct json *j)
{
	struct json at = *j;
	struct json_value v;
	at.p++;
	if (jsonscan_peek(&at) != ']') {
		for (;;) {
			uint8_t c = jsonscan_peek(&at);
			if (c == '{' || c == '[' || !jsonscan_value(&at, &v))
				return false;
			c = jsonscan_peek(&at);
			if (c != ',' && c != ']')
				return false;
			if (c == ']')
				break;
			at.p++;
		}
	}
	j->p = at.p + 1;
	return true;
}

bool json_enter(struct json *j, char open)
{
	if (jsonscan_peek(j) != (uint8_t)open)
		return json_fail(j, JSON_BAD_SYNTAX);
	j->p++;
	j->first = true;
	return true;
}

bool json_key(struct json *j, struct json_text *ret)
{
	return jsonscan_key(j, ret);
}

bool json_next(struct json *j)
{
	return jsonscan_member(j, ']');
}

bool json_value(struct json *j, struct json_value *ret)
{
	return jsonscan_value(j, ret);
}

bool json_value_slow(struct json *j, uint8_t c, struct json_value *ret)
{
	if (c == '"') {
		struct json_text t;
		if (!json_string_slow(j, &t))
			return false;
		*ret = (struct json_value){.raw = t.raw, .type = JV_STRING, .escaped = t.escaped};
		return true;
	}
	if (c != '{' && c != '[')
		return read_scalar(j, c, ret);
	const uint8_t *start = j->p;
	if ((c == '{' || !skip_flat(j)) && !skip_container(j))
		return false;
	*ret = (struct json_value){
	    .raw = view_of(start, (size_t)(j->p - start)), .type = c == '{' ? JV_OBJECT : JV_ARRAY};
	return true;
}

bool json_end(struct json *j)
{
	if (j->error)
		return false;
	skip_space(j);
	return j->p == j->end ? true : json_fail(j, JSON_BAD_SYNTAX);
}

static size_t utf8_put(uint32_t u, uint8_t to[4])
{
	if (u < 0x80) {
		to[0] = (uint8_t)u;
		return 1;
	}
	if (u < 0x800) {
		to[0] = (uint8_t)(0xc0 | u >> 6);
		to[1] = (uint8_t)(0x80 | (u & 0x3f));
		return 2;
	}
	if (u < 0x10000) {
		to[0] = (uint8_t)(0xe0 | u >> 12);
		to[1] = (uint8_t)(0x80 | (u >> 6 & 0x3f));
		to[2] = (uint8_t)(0x80 | (u & 0x3f));
		return 3;
	}
	to[0] = (uint8_t)(0xf0 | u >> 18);
	to[1] = (uint8_t)(0x80 | (u >> 12 & 0x3f));
	to[2] = (uint8_t)(0x80 | (u >> 6 & 0x3f));
	to[3] = (uint8_t)(0x80 | (u & 0x3f));
	return 4;
}

static const uint8_t short_escape[128] = {['"'] = '"',
    ['\\'] = '\\',
    ['/'] = '/',
    ['b'] = '\b',
    ['f'] = '\f',
    ['n'] = '\n',
    ['r'] = '\r',
    ['t'] = '\t'};

/* The characters of the escape at p; how many bytes of the line it took, 0 when it is none. */
static size_t escape_read(const uint8_t *p, const uint8_t *end, uint8_t to[4], size_t *ret_n)
{
	size_t taken = escape_length(p, end);
	if (taken == 2) {
		to[0] = short_escape[p[1] & 0x7f];
		*ret_n = 1;
	} else if (taken) {
		uint32_t u = (uint32_t)hex4(p + 2);
		if (taken == 12)
			u = 0x10000 + ((u - 0xd800) << 10) + ((uint32_t)hex4(p + 8) - 0xdc00);
		*ret_n = utf8_put(u, to);
	}
	return taken;
}

size_t json_unescape(struct view raw, uint8_t *to, size_t room, bool *ret_cut)
{
	const uint8_t *p = raw.p, *end = raw.p + raw.len;
	size_t n = 0;
	bool cut = false;
	while (p < end) {
		const uint8_t *stop = memchr(p, '\\', (size_t)(end - p));
		size_t plain = (size_t)((stop ? stop : end) - p);
		if (plain > room - n) {
			plain = room - n;
			cut = true;
		}
		if (plain)
			memcpy(to + n, p, plain);
		n += plain;
		if (cut || !stop)
			break;
		uint8_t c[4];
		size_t more = 0, taken = escape_read(stop, end, c, &more);
		if (!taken || more > room - n) {
			cut = true;
			break;
		}
		memcpy(to + n, c, more);
		n += more;
		p = stop + taken;
	}
	if (ret_cut)
		*ret_cut = cut;
	return n;
}
