/* SPDX-License-Identifier: ISC
 *
 * A body of the user's own: {{name}} is replaced by a field, escaped as in a JSON string but
 * without the quotation marks, so that "{{zone}}" is always one string. {{json}} is the whole
 * event as an object. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/alert/format.h"

/* Strings first, as struct event_facts has them. */
static const struct {
	const char *name;
	size_t at;
} texts[] = {
#define TEXT(member)                                          \
	{                                                     \
#member, offsetof(struct event_facts, member) \
	}
    TEXT(event),
    {"event_id", offsetof(struct event_facts, id)},
    {"alert_id", offsetof(struct event_facts, alert)},
    TEXT(time),
    {"opened_at", offsetof(struct event_facts, opened)},
    TEXT(title),
    TEXT(summary),
    TEXT(next_step),
    TEXT(severity),
    TEXT(verdict),
    TEXT(confidence),
    TEXT(client),
    TEXT(zone),
    TEXT(server),
    TEXT(transport),
    TEXT(sensor),
    TEXT(first_seen),
    TEXT(last_seen),
    TEXT(sample),
    TEXT(qtype),
    TEXT(tool),
    TEXT(attack),
    TEXT(comm),
    TEXT(exe),
    TEXT(host),
#undef TEXT
};
static const struct {
	const char *name;
	size_t at;
} numbers[] = {
#define NUMBER(member)                                        \
	{                                                     \
#member, offsetof(struct event_facts, member) \
	}
    NUMBER(time_ms),
    NUMBER(score),
    NUMBER(severity_rank),
    NUMBER(pid),
    NUMBER(queries),
    NUMBER(unique_names),
    NUMBER(bytes_up),
    NUMBER(bytes_down),
#undef NUMBER
};
enum { TEXTS = sizeof(texts) / sizeof(texts[0]), NUMBERS = sizeof(numbers) / sizeof(numbers[0]) };

static void put_escaped(FILE *to, const char *s)
{
	for (; *s; s++) {
		unsigned char c = (unsigned char)*s;
		if (c == '"' || c == '\\')
			fprintf(to, "\\%c", c);
		else if (c < ' ' || c == 127)
			fprintf(to, "\\u%04x", c);
		else
			fputc(c, to);
	}
}

static bool is_word(const char *s, size_t len, const char *word)
{
	return strlen(word) == len && memcmp(s, word, len) == 0;
}

/* e NULL: only look whether the field exists. */
static bool put_field(
    FILE *to, const struct event_facts *e, const struct record *event, const char *name, size_t len)
{
	for (unsigned i = 0; i < TEXTS; i++) {
		const char *value;
		if (!is_word(name, len, texts[i].name))
			continue;
		if (e) {
			memcpy(&value, (const char *)e + texts[i].at, sizeof(value));
			put_escaped(to, value);
		}
		return true;
	}
	for (unsigned i = 0; i < NUMBERS; i++) {
		int64_t value;
		if (!is_word(name, len, numbers[i].name))
			continue;
		if (e) {
			memcpy(&value, (const char *)e + numbers[i].at, sizeof(value));
			fprintf(to, "%lld", (long long)value);
		}
		return true;
	}
	if (!is_word(name, len, "json"))
		return false;
	if (e) {
		char *json = record_dump(event);
		fputs(json, to);
		free(json);
	}
	return true;
}

static const char *next_field(const char *s, const char **ret_end)
{
	const char *at = strstr(s, "{{");
	*ret_end = at ? strstr(at + 2, "}}") : NULL;
	return *ret_end ? at : NULL;
}

bool format_template_check(const char *text, char *why, size_t size)
{
	const char *end;
	for (const char *at; (at = next_field(text, &end)); text = end + 2) {
		size_t len = (size_t)(end - at - 2);
		if (put_field(NULL, NULL, NULL, at + 2, len))
			continue;
		snprintf(why, size, "the template's field {{%.*s}} does not exist",
		    (int)(len < 40 ? len : 40), at + 2);
		return false;
	}
	return true;
}

char *format_template(const struct event_facts *e, const struct record *event, const char *text)
{
	char *out = NULL;
	size_t size = 0;
	const char *end;
	FILE *to = open_memstream(&out, &size);
	if (!to)
		return NULL;
	for (const char *at; (at = next_field(text, &end)); text = end + 2) {
		fwrite(text, 1, (size_t)(at - text), to);
		if (!put_field(to, e, event, at + 2, (size_t)(end - at - 2)))
			fwrite(at, 1, (size_t)(end + 2 - at), to);
	}
	fputs(text, to);
	if (fclose(to) != 0) {
		free(out);
		return NULL;
	}
	return out;
}
