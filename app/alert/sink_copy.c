/* SPDX-License-Identifier: ISC */
#include "app/alert/sink_copy.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

/* Everything that points somewhere. */
static const size_t strings[] = {
    offsetof(struct sink_config, name),
    offsetof(struct sink_config, address),
    offsetof(struct sink_config, address_secret.file),
    offsetof(struct sink_config, address_secret.environment),
    offsetof(struct sink_config, token.file),
    offsetof(struct sink_config, token.environment),
    offsetof(struct sink_config, hmac.file),
    offsetof(struct sink_config, hmac.environment),
    offsetof(struct sink_config, channel),
    offsetof(struct sink_config, ca_file),
    offsetof(struct sink_config, index),
    offsetof(struct sink_config, template),
    offsetof(struct sink_config, api),
};
static const size_t lists[] = {
    offsetof(struct sink_config, headers),
    offsetof(struct sink_config, command),
};
enum { STRINGS = sizeof(strings) / sizeof(strings[0]), LISTS = sizeof(lists) / sizeof(lists[0]) };

static char **string_at(struct sink_config *c, unsigned i)
{
	return (char **)(void *)((char *)c + strings[i]);
}

static char ***list_at(struct sink_config *c, unsigned i)
{
	return (char ***)(void *)((char *)c + lists[i]);
}

static char **list_copy(char *const *from, bool *failed)
{
	size_t n = 0;
	while (from[n])
		n++;
	char **to = calloc(n + 1, sizeof(*to));
	for (size_t i = 0; to && i < n; i++) {
		to[i] = strdup(from[i]);
		if (!to[i]) {
			*failed = true;
			break;
		}
	}
	*failed |= !to;
	return to;
}

struct sink_config *sink_copy(const struct sink_config *from)
{
	struct sink_config *c = malloc(sizeof(*c));
	bool failed = false;
	if (!c)
		return NULL;
	*c = *from;
	for (unsigned i = 0; i < STRINGS; i++) {
		char **s = string_at(c, i);
		*s = *s ? strdup(*s) : NULL;
	}
	for (unsigned i = 0; i < LISTS; i++) {
		char ***l = list_at(c, i);
		*l = *l ? list_copy(*l, &failed) : NULL;
	}
	/* A string that did not fit is missing; the copy as a whole is as good as none. */
	for (unsigned i = 0; i < STRINGS; i++)
		failed |= !*string_at(c, i) &&
		          *(char *const *)(const void *)((const char *)from + strings[i]);
	if (!failed)
		return c;
	sink_copy_free(c);
	return NULL;
}

void sink_copy_free(struct sink_config *c)
{
	if (!c)
		return;
	for (unsigned i = 0; i < STRINGS; i++)
		free(*string_at(c, i));
	for (unsigned i = 0; i < LISTS; i++) {
		char **l = *list_at(c, i);
		for (size_t k = 0; l && l[k]; k++)
			free(l[k]);
		free(l);
	}
	free(c);
}
