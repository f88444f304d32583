/* SPDX-License-Identifier: ISC */
#include "app/cmd/allow.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cmd/filter.h"
#include "app/cmd/textfile.h"
#include "app/cmd/timearg.h"

#define DAY_NS ((int64_t)86400 * 1000000000)

/* Cut the next word off *line; NULL at its end. */
static char *next_word(char **line)
{
	char *word = *line + strspn(*line, " \t");
	if (!*word)
		return NULL;
	char *end = word + strcspn(word, " \t");
	*line = *end ? end + 1 : end;
	*end = 0;
	return word;
}

/* What is wrong with a line, or NULL. */
static const char *read_entry(char *line, struct allow_entry *ret)
{
	char *zone = next_word(&line), *client = next_word(&line), *until = next_word(&line);
	line += strspn(line, " \t");
	if (!zone || !client || !until || !*line)
		return "expected zone, client, until and a reason";
	ret->until_ns = INT64_MAX;
	if (strcmp(until, "*") != 0) {
		if (strlen(until) != 10 || !timearg_parse(until, &ret->until_ns))
			return "the third word is a day, such as 2026-12-31, or *";
		ret->until_ns += DAY_NS;
	}
	if (strcmp(zone, "*") != 0 && !filter_is_zone(zone))
		return "the first word is a domain name, - or *";
	if (strcmp(client, "*") != 0 && !filter_is_address(client))
		return "the second word is an address, a network or *";
	ret->zone = strcmp(zone, "*") ? zone : NULL;
	ret->client = strcmp(client, "*") ? client : NULL;
	if (!ret->zone && !ret->client)
		return "this would allow everything";
	ret->reason = line;
	return NULL;
}

static bool add(struct allow *a, struct allow_entry e)
{
	if (a->n == a->room) {
		size_t room = a->room ? 2 * a->room : 64;
		struct allow_entry *more = reallocarray(a->entries, room, sizeof(*more));
		if (!more) {
			fprintf(stderr, "dnshound: out of memory\n");
			return false;
		}
		a->entries = more;
		a->room = room;
	}
	a->entries[a->n++] = e;
	return true;
}

static bool read_file(struct allow *a, const char *path)
{
	struct view text;
	char *memory;
	bool good = true;

	if (!textfile_read(path, &memory, &text))
		return false;
	a->texts[a->n_texts++] = memory;
	uint32_t number = 0;
	for (char *line = memory, *next; line; line = next) {
		struct allow_entry e = {.file = path, .line = ++number};
		next = strchr(line, '\n');
		if (next)
			*next++ = 0;
		line[strcspn(line, "\r")] = 0;
		line += strspn(line, " \t");
		if (!*line || *line == '#')
			continue;
		const char *wrong = read_entry(line, &e);
		if (wrong)
			fprintf(stderr, "dnshound: %s:%u: %s\n", path, number, wrong);
		good = !wrong && add(a, e) && good;
	}
	return good;
}

bool allow_read(struct allow *a, const struct option_list *files)
{
	bool good = true;
	*a = (struct allow){0};
	for (unsigned i = 0; i < files->n; i++)
		good = read_file(a, files->at[i]) && good;
	return good;
}

void allow_done(struct allow *a)
{
	for (unsigned i = 0; i < a->n_texts; i++)
		free(a->texts[i]);
	free(a->entries);
	*a = (struct allow){0};
}

const struct allow_entry *allow_find(const struct allow *a, const struct finding *f)
{
	for (size_t i = 0; i < a->n; i++) {
		const struct allow_entry *e = &a->entries[i];
		/* A finding over many clients, or over many zones, is not that of one of them. */
		if (e->client &&
		    (f->now.subject == SUBJECT_ZONE || !filter_address(e->client, f->now.client)))
			continue;
		if (e->zone && (f->account || !filter_zone(e->zone, f->zone, f->zone_len)))
			continue;
		if (f->now.last_ns < e->until_ns)
			return e;
	}
	return NULL;
}

void allow_warn_expired(const struct allow *a, int64_t newest_ns)
{
	for (size_t i = 0; i < a->n; i++)
		if (newest_ns >= a->entries[i].until_ns)
			fprintf(stderr,
			    "dnshound: %s:%u: warning: expired before the newest event\n",
			    a->entries[i].file, a->entries[i].line);
}
