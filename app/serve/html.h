/* SPDX-License-Identifier: ISC
 *
 * HTML as it is written: a text that grows. What comes from traffic, from files or from people goes
 * through html_text() only, which leaves nothing that could be markup; everything else is a literal
 * of ours or a number. Memory that ran out shows at the end. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct html {
	char *text; /* of malloc(), NUL at its end; NULL before anything was written */
	size_t len, room;
	bool failed;
};

/* Markup of ours. */
void html_put(struct html *h, const char *markup);
/* Markup of ours with numbers in it, or with words that are ours. */
void html_format(struct html *h, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Any text, in an element or between double quotes in an attribute. */
void html_text(struct html *h, const char *text);
void html_text_n(struct html *h, const char *text, size_t len);

/* "4,711"; "177.3 KiB". */
void html_number(struct html *h, uint64_t n);
void html_bytes(struct html *h, uint64_t bytes);
/* "1 finding", "3 findings": the word and its end when there are more, both ours. */
void html_count(struct html *h, uint64_t n, const char *one, const char *more);
/* Seconds as people say them: "12 s", "4 min", "3.5 h", "12 days". */
void html_duration(struct html *h, double seconds);
/* An RFC 3339 time without its T, to the second, in UTC. */
void html_time(struct html *h, const char *rfc3339);

/* The text, which is the caller's now; NULL when memory ran out. */
char *html_take(struct html *h, size_t *ret_len);
void html_free(struct html *h);
