/* SPDX-License-Identifier: ISC */
#include "app/alert/rules_name.h"

#include <stdio.h>
#include <string.h>

enum { LABEL_MAX = 63 };

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_host(uint8_t c)
{
	return is_letter(c) || is_digit((char)c) || c == '-' || c == '_';
}

/* One octet of a label; false when the escape is none. */
static bool read_octet(const char **at, uint8_t *ret)
{
	const char *p = *at;
	unsigned value = (uint8_t)*p;
	size_t used = 1;
	if (*p == '\\' && is_digit(p[1])) {
		if (!is_digit(p[2]) || !is_digit(p[3]))
			return false;
		value = (unsigned)(p[1] - '0') * 100 + (unsigned)(p[2] - '0') * 10 +
		        (unsigned)(p[3] - '0');
		used = 4;
	} else if (*p == '\\') {
		value = (uint8_t)p[1];
		used = 2;
	}
	if (value > 255 || (used == 2 && value == 0))
		return false;
	*at = p + used;
	*ret = (uint8_t)(value >= 'A' && value <= 'Z' ? value + 32 : value);
	return true;
}

bool rules_name_read(struct rules_name *ret, const char *text)
{
	struct rules_name n = {.len = 0};
	unsigned at = 0, label = 0; /* where the label's length stands; its length so far */

	while (*text) {
		if (*text == '.') {
			if (label == 0)
				return false;
			n.wire[at] = (uint8_t)label;
			at += label + 1;
			label = 0;
			n.n_labels++;
			text++;
			continue;
		}
		/* Room for this octet behind the length, and for the root. */
		if (label == LABEL_MAX || at + 1 + label + 1 >= RULES_NAME_WIRE ||
		    !read_octet(&text, &n.wire[at + 1 + label]))
			return false;
		label++;
	}
	if (label) {
		n.wire[at] = (uint8_t)label;
		at += label + 1;
		n.n_labels++;
	}
	if (n.n_labels == 0)
		return false;
	n.wire[at] = 0;
	n.len = (uint8_t)(at + 1);
	*ret = n;
	return true;
}

static const uint8_t *last_label(const struct rules_name *n)
{
	const uint8_t *p = n->wire;
	while (p[1 + p[0]])
		p += 1 + p[0];
	return p;
}

bool rules_name_is_plain(const struct rules_name *n)
{
	bool has_letter = false;
	const uint8_t *last = last_label(n);
	for (const uint8_t *p = n->wire; *p; p += 1 + *p)
		for (unsigned i = 1; i <= *p; i++)
			if (!is_host(p[i]))
				return false;
	for (unsigned i = 1; i <= *last; i++)
		has_letter |= is_letter(last[i]);
	return n->n_labels >= 2 && has_letter;
}

bool rules_name_is_joinable(const struct rules_name *n)
{
	for (const uint8_t *p = n->wire; *p; p += 1 + *p)
		if (memchr(p + 1, '.', *p))
			return false;
	return true;
}

bool rules_name_is_policy(const struct rules_name *n)
{
	static const uint8_t prefix[] = {'r', 'p', 'z', '-'};
	const uint8_t *last = last_label(n);
	bool is_trigger = *last > sizeof(prefix) && memcmp(last + 1, prefix, sizeof(prefix)) == 0;
	for (const uint8_t *p = n->wire; *p; p += 1 + *p)
		if (*p == 1 && p[1] == '*')
			return false;
	return n->n_labels >= 2 && !is_trigger && n->len + 2 + RULES_ORIGIN_MAX <= RULES_NAME_WIRE;
}

enum escape { ESCAPE_NONE, ESCAPE_MASTER, ESCAPE_CONTENT };

static void print(const struct rules_name *n, char *buf, enum escape escape)
{
	for (const uint8_t *p = n->wire; *p; p += 1 + *p) {
		if (p > n->wire)
			*buf++ = '.';
		for (unsigned i = 1; i <= *p; i++) {
			if (escape == ESCAPE_NONE || is_host(p[i]))
				*buf++ = (char)p[i];
			else
				buf += sprintf(
				    buf, escape == ESCAPE_MASTER ? "\\%03u" : "|%02x|", p[i]);
		}
	}
	*buf = 0;
}

void rules_name_plain(const struct rules_name *n, char *buf)
{
	print(n, buf, ESCAPE_NONE);
}

void rules_name_master(const struct rules_name *n, char *buf)
{
	print(n, buf, ESCAPE_MASTER);
}

void rules_name_content(const struct rules_name *n, char *buf)
{
	print(n, buf, ESCAPE_CONTENT);
}

/* Where each label begins. */
static unsigned starts(const struct rules_name *n, const uint8_t *at[RULES_NAME_WIRE / 2 + 1])
{
	unsigned k = 0;
	for (const uint8_t *p = n->wire; *p; p += 1 + *p)
		at[k++] = p;
	return k;
}

int rules_name_compare(const struct rules_name *a, const struct rules_name *b)
{
	const uint8_t *la[RULES_NAME_WIRE / 2 + 1], *lb[RULES_NAME_WIRE / 2 + 1];
	unsigned i = starts(a, la), k = starts(b, lb);
	while (i && k) {
		const uint8_t *x = la[--i], *y = lb[--k];
		int order = memcmp(x + 1, y + 1, *x < *y ? *x : *y);
		if (order || *x != *y)
			return order ? order : *x - *y;
	}
	return (i > 0) - (k > 0);
}

void rules_clean(const char *text, char *buf, size_t size)
{
	size_t n = 0;
	for (; *text && n + 1 < size; text++) {
		bool stays = is_host((uint8_t)*text) || strchr(" .,:%()/+", *text);
		buf[n++] = *text == ';' ? ',' : stays ? *text : '?';
	}
	buf[n] = 0;
}
