/* SPDX-License-Identifier: ISC */
#include "lib/decode/name.h"

bool name_read(
    struct view msg, size_t at, uint8_t out[NAME_WIRE_MAX], size_t *ret_len, size_t *ret_next)
{
	size_t len = 0, run = at, next = 0;
	unsigned hops = 0;

	while (at < msg.len) {
		size_t n = msg.p[at];
		if (n <= NAME_LABEL_MAX) {
			if (msg.len - at < 1 + n || len + 1 + n > NAME_WIRE_MAX)
				return false;
			memcpy(out + len, msg.p + at, 1 + n);
			len += 1 + n;
			at += 1 + n;
			if (n > 0)
				continue;
			*ret_len = len;
			*ret_next = hops ? next : at;
			return true;
		}
		if (n < 0xc0 || msg.len - at < 2 || ++hops > NAME_HOPS_MAX)
			return false;
		if (hops == 1)
			next = at + 2;
		at = (n & 0x3f) << 8 | msg.p[at + 1];
		if (at >= run || at < NAME_FIRST_OFFSET)
			return false;
		run = at;
	}
	return false;
}

size_t name_span_long(const uint8_t *p, size_t left, size_t *ret_keep)
{
	size_t at = 0, keep = 0;
	while (at < left && p[at] != 0) {
		if (p[at] > NAME_LABEL_MAX)
			return 0;
		at += 1u + p[at];
	}
	if (at >= left)
		return 0;
	while (at + 1 - keep > NAME_WIRE_MAX)
		keep += 1u + p[keep];
	*ret_keep = keep;
	return at + 1;
}

size_t name_skip(struct view msg, size_t at)
{
	size_t start = at;
	while (at < msg.len && at - start < NAME_WIRE_MAX) {
		size_t n = msg.p[at];
		if (n == 0)
			return at + 1;
		if (n <= NAME_LABEL_MAX) {
			at += 1 + n;
			continue;
		}
		if (n < 0xc0 || msg.len - at < 2)
			return 0;
		size_t target = (n & 0x3f) << 8 | msg.p[at + 1];
		return target < start && target >= NAME_FIRST_OFFSET ? at + 2 : 0;
	}
	return 0;
}

static char *print_byte(char *to, uint8_t c)
{
	if (c == '.' || c == '\\') {
		*to++ = '\\';
		*to++ = (char)c;
	} else if (c > 0x20 && c < 0x7f) {
		*to++ = (char)c;
	} else {
		*to++ = '\\';
		*to++ = (char)('0' + c / 100);
		*to++ = (char)('0' + c / 10 % 10);
		*to++ = (char)('0' + c % 10);
	}
	return to;
}

size_t name_print(const uint8_t *wire, char buf[NAME_TEXT_MAX])
{
	char *to = buf;
	if (*wire == 0)
		*to++ = '.';
	while (*wire) {
		if (to > buf)
			*to++ = '.';
		for (uint8_t n = *wire++; n > 0; n--)
			to = print_byte(to, *wire++);
	}
	*to = 0;
	return (size_t)(to - buf);
}

static bool is_digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

/* Read the escape after a backslash at *p; the byte it stands for, or -1. */
static int read_escape(const uint8_t **p, const uint8_t *end)
{
	if (*p == end)
		return -1;
	if (!is_digit(**p))
		return *(*p)++;
	if (end - *p < 3 || !is_digit((*p)[1]) || !is_digit((*p)[2]))
		return -1;
	int v = ((*p)[0] - '0') * 100 + ((*p)[1] - '0') * 10 + ((*p)[2] - '0');
	*p += 3;
	return v <= 255 ? v : -1;
}

bool name_from_text(struct view text, uint8_t out[NAME_WIRE_MAX], size_t *ret_len)
{
	const uint8_t *p = text.p, *end = text.p + text.len;
	size_t head = 0, len = 1; /* of the open label; bytes used with its length byte */

	if (text.len == 0)
		return false;
	if (view_is(text, ".")) {
		out[0] = 0;
		*ret_len = 1;
		return true;
	}
	while (p < end) {
		int c = *p++;
		if (c == '.') {
			if (len - head == 1 || len == NAME_WIRE_MAX)
				return false;
			out[head] = (uint8_t)(len - head - 1);
			head = len++;
			continue;
		}
		if (c == '\\')
			c = read_escape(&p, end);
		if (c < 0 || len - head > NAME_LABEL_MAX || len == NAME_WIRE_MAX)
			return false;
		out[len++] = (uint8_t)c;
	}
	if (len - head > 1) { /* no dot at the end: close the label, open the root */
		if (len == NAME_WIRE_MAX)
			return false;
		out[head] = (uint8_t)(len - head - 1);
		head = len++;
	}
	out[head] = 0;
	*ret_len = len;
	return true;
}

static uint8_t fold(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c | 0x20) : c;
}

bool name_is_below(
    const uint8_t *name, size_t name_len, const uint8_t *ancestor, size_t ancestor_len)
{
	size_t at = 0;
	if (ancestor_len > name_len)
		return false;
	while (at < name_len - ancestor_len)
		at += 1u + name[at];
	if (at != name_len - ancestor_len)
		return false;
	for (size_t i = 0; i < ancestor_len; i++)
		if (fold(name[at + i]) != fold(ancestor[i]))
			return false;
	return true;
}
