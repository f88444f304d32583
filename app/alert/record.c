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

char *record_dump(const struct record *r)
{
	const json_t *j = (const json_t *)(const void *)r;
	char *text = json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(12));
	if (!text)
		needed(NULL);
	return text;
}

char *record_string(struct record *r)
{
	char *text = record_dump(r);
	json_decref(json_of(r));
	return text;
}

char *record_line(struct record *r)
{
	char *text = record_string(r);
	size_t len = strlen(text);
	char *line = realloc(text, len + 2);
	if (!line)
		needed(NULL);
	line[len] = '\n';
	line[len + 1] = 0;
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

void record_copy(struct record *r, const char *key, const struct record *from)
{
	put(r, key, json_deep_copy((const json_t *)(const void *)from));
}

struct record *record_parse(const char *text)
{
	json_t *j = json_loads(text, 0, NULL);
	if (j && !json_is_object(j)) {
		json_decref(j);
		j = NULL;
	}
	return (struct record *)(void *)j;
}

const struct record *record_find(const struct record *r, const char *path)
{
	const json_t *j = (const json_t *)(const void *)r;
	while (j && *path) {
		size_t len = strcspn(path, ".");
		char key[64];
		if (len >= sizeof(key))
			return NULL;
		memcpy(key, path, len);
		key[len] = 0;
		j = json_object_get(j, key);
		path += len + (path[len] == '.');
	}
	return j && !json_is_null(j) ? (const struct record *)(const void *)j : NULL;
}

struct record *record_open(struct record *r, const char *path)
{
	union {
		const struct record *found;
		struct record *open;
	} u = {record_find(r, path)};
	return u.open;
}

const char *record_self(const struct record *r)
{
	const char *text = json_string_value((const json_t *)(const void *)r);
	return text ? text : "";
}

const char *record_get(const struct record *r, const char *path)
{
	return record_self(record_find(r, path));
}

int64_t record_number(const struct record *r, const char *path)
{
	return json_integer_value((const json_t *)(const void *)record_find(r, path));
}

double record_real(const struct record *r, const char *path)
{
	return json_number_value((const json_t *)(const void *)record_find(r, path));
}

bool record_true(const struct record *r, const char *path)
{
	return json_is_true((const json_t *)(const void *)record_find(r, path));
}

unsigned record_count(const struct record *list)
{
	return (unsigned)json_array_size((const json_t *)(const void *)list);
}

const struct record *record_at(const struct record *list, unsigned i)
{
	return (const struct record *)(void *)json_array_get((const json_t *)(const void *)list, i);
}

const struct record *record_member(const struct record *r, unsigned i, const char **ret_key)
{
	union {
		const struct record *found;
		json_t *json;
	} u = {r};
	void *at = json_object_iter(u.json);
	while (at && i-- > 0)
		at = json_object_iter_next(u.json, at);
	if (!at)
		return NULL;
	*ret_key = json_object_iter_key(at);
	return (const struct record *)(const void *)json_object_iter_value(at);
}

void record_drop(struct record *r, const char *key)
{
	json_object_del(json_of(r), key);
}
