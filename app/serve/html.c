/* SPDX-License-Identifier: ISC */
#include "app/serve/html.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/out.h"

static void put(struct html *h, const char *bytes, size_t len)
{
	if (h->failed)
		return;
	if (h->room - h->len <= len) {
		size_t room = h->room ? h->room : 16384;
		while (room - h->len <= len)
			room *= 2;
		char *more = realloc(h->text, room);
		if (!more) {
			h->failed = true;
			return;
		}
		h->text = more;
		h->room = room;
	}
	memcpy(h->text + h->len, bytes, len);
	h->len += len;
	h->text[h->len] = 0;
}

void html_put(struct html *h, const char *markup)
{
	put(h, markup, strlen(markup));
}

void html_format(struct html *h, const char *format, ...)
{
	char buf[512];
	va_list ap;
	va_start(ap, format);
	int n = vsnprintf(buf, sizeof(buf), format, ap);
	va_end(ap);
	if (n < 0 || n >= (int)sizeof(buf))
		h->failed = true; /* half a tag is worse than none */
	else
		put(h, buf, (size_t)n);
}

void html_text_n(struct html *h, const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)text[i];
		switch (c) {
		case '&':
			html_put(h, "&amp;");
			break;
		case '<':
			html_put(h, "&lt;");
			break;
		case '>':
			html_put(h, "&gt;");
			break;
		case '"':
			html_put(h, "&quot;");
			break;
		case '\'':
			html_put(h, "&#39;");
			break;
		default:
			/* Controls have no place in HTML, and one of them rings a bell. */
			put(h, c < ' ' || c == 127 ? " " : &text[i], 1);
		}
	}
}

void html_text(struct html *h, const char *text)
{
	html_text_n(h, text, strlen(text));
}

void html_number(struct html *h, uint64_t n)
{
	char digits[24], grouped[32];
	int len = snprintf(digits, sizeof(digits), "%" PRIu64, n), at = 0;
	for (int i = 0; i < len; i++) {
		if (i && (len - i) % 3 == 0)
			grouped[at++] = ',';
		grouped[at++] = digits[i];
	}
	put(h, grouped, (size_t)at);
}

void html_bytes(struct html *h, uint64_t bytes)
{
	char buf[32];
	struct out o = out_to(buf, sizeof(buf));
	out_bytes(&o, bytes);
	html_text(h, buf);
}

void html_count(struct html *h, uint64_t n, const char *one, const char *more)
{
	html_number(h, n);
	html_put(h, " ");
	html_put(h, one);
	if (n != 1)
		html_put(h, more);
}

void html_duration(struct html *h, double s)
{
	static const struct {
		double seconds;
		const char *unit;
	} units[] = {{86400, "days"}, {3600, "h"}, {60, "min"}, {1, "s"}, {0.001, "ms"}};
	unsigned u = 0;
	while (u < 4 && s < 2 * units[u].seconds)
		u++;
	double v = s / units[u].seconds;
	html_format(h, v < 10 && u < 4 ? "%.1f %s" : "%.0f %s", v, units[u].unit);
}

void html_time(struct html *h, const char *rfc3339)
{
	size_t n = strnlen(rfc3339, 19);
	for (size_t i = 0; i < n; i++)
		html_text_n(h, rfc3339[i] == 'T' ? " " : &rfc3339[i], 1);
}

char *html_take(struct html *h, size_t *ret_len)
{
	char *text = h->text;
	if (h->failed) {
		html_free(h);
		return NULL;
	}
	*ret_len = h->len;
	*h = (struct html){0};
	return text;
}

void html_free(struct html *h)
{
	free(h->text);
	*h = (struct html){0};
}
