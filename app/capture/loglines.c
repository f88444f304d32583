/* SPDX-License-Identifier: ISC */
#include "app/capture/loglines.h"

size_t loglines_cut(struct view text, size_t max)
{
	size_t first = text.len < max ? text.len : max;
	const uint8_t *nl = memrchr(text.p, '\n', first);
	if (!nl && text.len > first)
		nl = memchr(text.p + first, '\n', text.len - first);
	return nl ? (size_t)(nl - text.p) + 1 : 0;
}

size_t loglines_strip_cr(uint8_t *p, size_t len)
{
	const uint8_t *end = p + len;
	uint8_t *cr = memchr(p, '\r', len);
	uint8_t *to = cr;
	while (cr) {
		/* Keep a CR that ends nothing, then move up what lies before the next one. */
		const uint8_t *from = cr + 1;
		if (from == end || *from != '\n')
			*to++ = '\r';
		cr = memchr(from, '\r', (size_t)(end - from));
		size_t n = (size_t)((cr ? cr : end) - from);
		memmove(to, from, n);
		to += n;
	}
	return to ? (size_t)(to - p) : len;
}

size_t loglines_before_comment(struct view text)
{
	const uint8_t *p = text.p, *end = text.p + text.len;
	while ((p = memchr(p, '#', (size_t)(end - p)))) {
		if (p == text.p || p[-1] == '\n')
			return (size_t)(p - text.p);
		p++;
	}
	return text.len;
}

/* The bytes of a # line that name it: up to the first separator, whatever that is. */
static size_t key_length(struct view line)
{
	size_t n = 1;
	while (n < line.len && ((line.p[n] >= 'a' && line.p[n] <= 'z') || line.p[n] == '_'))
		n++;
	return n;
}

/* Take out the line whose key is the same as that of line. */
static void drop_same(struct log_header *h, struct view line)
{
	size_t n = key_length(line);
	char *p = h->text, *end = h->text + h->len;
	while (p < end) {
		char *next = (char *)memchr(p, '\n', (size_t)(end - p)) + 1;
		struct view old = view_of(p, (size_t)(next - 1 - p));
		if (key_length(old) == n && memcmp(p, line.p, n) == 0) {
			memmove(p, next, (size_t)(end - next));
			h->len -= (uint32_t)(next - p);
			return;
		}
		p = next;
	}
}

bool loglines_header_add(struct log_header *h, struct view line)
{
	if (view_starts(line, "#close"))
		return true;
	if (view_starts(line, "#separator"))
		h->len = 0;
	else
		drop_same(h, line);
	if (line.len + 1 > sizeof(h->text) - h->len)
		return false;
	memcpy(h->text + h->len, line.p, line.len);
	h->text[h->len + line.len] = '\n';
	h->len += (uint32_t)line.len + 1;
	return true;
}
