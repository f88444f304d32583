/* SPDX-License-Identifier: ISC */
#include "app/alert/record.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/alert/stamp.h"

/* A record is what jansson calls a json_t; only this file knows. */
static json_t *json_of(struct record *r)
{
	return (json_t *)(void *)r;
}

static json_t *needed(json_t *j)
{
	if (j)
		return j;
	fputs("dnshound: out of memory\n", stderr);
	exit(2); /* as for every other failure of the machine */
}

static struct record *put(struct record *r, const char *key, json_t *value)
{
	json_t *o = json_of(r);
	int error = key ? json_object_set_new_nocheck(o, key, needed(value))
	                : json_array_append_new(o, needed(value));
	needed(error ? NULL : value);
	return (struct record *)(void *)value;
}

struct record *record_new(const char *type)
{
	struct record *r = (struct record *)(void *)needed(json_object());
	record_text(r, "type", type);
	return r;
}

struct record *record_list(struct record *r, const char *key)
{
	return put(r, key, json_array());
}

struct record *record_object(struct record *r, const char *key)
{
	return put(r, key, json_object());
}

/* The length of the UTF-8 sequence at p, which ends in NUL; 0 when it is none (RFC 3629). */
static unsigned utf8_length(const uint8_t *p)
{
	unsigned more = p[0] < 0x80 ? 0 : p[0] < 0xc2 ? 4 : p[0] < 0xe0 ? 1 : p[0] < 0xf0 ? 2 : 3;
	if (more == 4 || p[0] > 0xf4)
		return 0;
	for (unsigned i = 1; i <= more; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* Over-long forms, surrogates, and what lies beyond U+10FFFF. */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] >= 0xa0) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] >= 0x90))
		return 0;
	return more + 1;
}

/* Text as it may stand in JSON. */
static json_t *clean(const char *text)
{
	char *copy = malloc(4 * strlen(text) + 1), *to = copy;
	if (!copy)
		return NULL;
	for (const uint8_t *p = (const uint8_t *)text; *p;) {
		unsigned n = utf8_length(p);
		if (n)
			to = (char *)memcpy(to, p, n) + n;
		else
			to += sprintf(to, "\\x%02x", *p);
		p += n ? n : 1;
	}
	*to = 0;
	json_t *j = json_string(copy);
	free(copy);
	return j;
}

void record_text(struct record *r, const char *key, const char *text)
{
	put(r, key, text ? clean(text) : json_null());
}

void record_int(struct record *r, const char *key, uint64_t v)
{
	put(r, key, json_integer(v > INT64_MAX ? INT64_MAX : (json_int_t)v));
}

void record_signed(struct record *r, const char *key, int64_t v)
{
	put(r, key, json_integer((json_int_t)v));
}

void record_hundredths(struct record *r, const char *key, uint64_t hundredths)
{
	put(r, key, json_real((double)hundredths / 100));
}

void record_milli(struct record *r, const char *key, uint64_t thousandths)
{
	put(r, key, json_real((double)thousandths / 1000));
}

void record_bool(struct record *r, const char *key, bool v)
{
	put(r, key, json_boolean(v));
}

void record_null(struct record *r, const char *key)
{
	put(r, key, json_null());
}

void record_time(struct record *r, const char *key, int64_t ns)
{
	char buf[STAMP_MAX];
	stamp_print(ns, buf, sizeof(buf));
	put(r, key, ns > 0 ? json_string(buf) : json_null());
}

void record_print(struct record *r)
{
	/* Twelve digits: hundredths print the same from every library. */
	json_dumpf(json_of(r), stdout, JSON_COMPACT | JSON_REAL_PRECISION(12));
	putchar('\n');
	json_decref(json_of(r));
}

char *record_line(struct record *r)
{
	char *text = json_dumps(json_of(r), JSON_COMPACT | JSON_REAL_PRECISION(12));
	size_t len = text ? strlen(text) : 0;
	char *line = text ? realloc(text, len + 2) : NULL;
	needed(line ? json_of(r) : NULL);
	line[len] = '\n';
	line[len + 1] = 0;
	json_decref(json_of(r));
	return line;
}

bool record_save(const struct record *r, int fd)
{
	const json_t *j = (const json_t *)(const void *)r;
	return json_dumpfd(j, fd, JSON_INDENT(1) | JSON_REAL_PRECISION(12)) == 0 &&
	       write(fd, "\n", 1) == 1;
}

void record_free(struct record *r)
{
	json_decref(json_of(r));
}
