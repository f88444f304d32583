/* SPDX-License-Identifier: ISC */
#include "app/cmd/config.h"

#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/capture/live.h"
#include "app/cmd/config_keys.h"
#include "app/cmd/filter.h"
#include "app/cmd/yamldoc.h"

struct reader {
	struct config *config;
	struct yamldoc *doc;
	config_tell_fn *tell;
	void *ctx;
	unsigned problems;
	bool keeps_nothing; /* texts last as long as the program */
};

__attribute__((format(printf, 3, 4))) static void wrong(
    struct reader *r, const struct yaml_place *at, const char *format, ...)
{
	char text[256];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	r->problems++;
	r->tell(r->ctx, at->line, at->column, text);
}

/* Room that the configuration frees. NULL when memory ran out, which is told. */
static void *own(struct reader *r, void *mem)
{
	static const struct yaml_place nowhere;
	struct config *c = r->config;
	if (mem && c->n_texts == c->room_texts) {
		unsigned room = c->room_texts ? 2 * c->room_texts : 64;
		char **more = realloc(c->texts, room * sizeof(*more));
		if (!more) {
			free(mem);
			mem = NULL;
		} else {
			c->texts = more;
			c->room_texts = room;
		}
	}
	if (!mem) {
		wrong(r, &nowhere, "out of memory");
		return NULL;
	}
	c->texts[c->n_texts++] = mem;
	return mem;
}

static const char *keep(struct reader *r, const char *text)
{
	if (r->keeps_nothing)
		return text;
	const char *copy = own(r, strdup(text));
	return copy ? copy : "";
}

static bool read_number(const char *s, int base, const char **ret_end, uint64_t *ret)
{
	char *end;
	errno = 0;
	unsigned long long v = strtoull(s, &end, base);
	*ret_end = end;
	*ret = v;
	return isdigit((unsigned char)*s) && !errno;
}

/* A number with one of these letters behind it, each worth the factor in its place. */
static bool read_units(const char *s, const char *letters, const uint64_t *factors, uint64_t *ret)
{
	const char *end;
	uint64_t v;
	if (!read_number(s, 10, &end, &v))
		return false;
	const char *unit = *end ? strchr(letters, *end) : NULL;
	if (*end && (!unit || end[1]))
		return false;
	uint64_t factor = unit ? factors[unit - letters] : 1;
	if (v > UINT64_MAX / factor)
		return false;
	*ret = v * factor;
	return true;
}

static bool read_value(const struct config_key *k, const char *s, uint64_t *ret)
{
	static const uint64_t bytes[] = {1 << 10, 1 << 20, 1 << 30}, times[] = {1, 60, 3600, 86400};
	const char *end;
	switch (k->type) {
	case CONFIG_BYTES:
		return read_units(s, "KMG", bytes, ret);
	case CONFIG_TIME:
		return read_units(s, "smhd", times, ret);
	default:
		return read_number(s, k->type == CONFIG_OCTAL ? 8 : 10, &end, ret) && !*end;
	}
}

static void set_number(
    struct reader *r, const struct config_key *k, const struct yaml_place *v, void *at)
{
	static const char *const forms[] = {
	    [CONFIG_NUMBER] = "a number",
	    [CONFIG_OCTAL] = "an octal number such as 0660",
	    [CONFIG_BYTES] = "a number of bytes such as 64K or 16M",
	    [CONFIG_TIME] = "a time such as 90s, 10m, 6h or 7d",
	};
	uint64_t n;
	if (!read_value(k, v->text, &n))
		wrong(r, v, "%s: '%s' is not %s", k->name, v->text, forms[k->type]);
	else if (n < k->min || n > k->max)
		wrong(r, v, "%s: %s is outside of %llu to %llu", k->name, v->text,
		    (unsigned long long)k->min, (unsigned long long)k->max);
	else if (k->type == CONFIG_BYTES)
		memcpy(at, &n, sizeof(n));
	else
		memcpy(at, &(uint32_t){(uint32_t)n}, sizeof(uint32_t));
}

static void set_word(
    struct reader *r, const struct config_key *k, const struct yaml_place *v, void *at)
{
	char all[320] = "";
	for (uint32_t i = 0; k->words[i]; i++) {
		if (strcmp(k->words[i], v->text) == 0) {
			memcpy(at, &i, sizeof(i));
			return;
		}
		size_t len = strlen(all);
		snprintf(all + len, sizeof(all) - len, "%s%s", i ? ", " : "", k->words[i]);
	}
	wrong(r, v, "%s: '%s' is none of %s", k->name, v->text, all);
}

static void set_bool(
    struct reader *r, const struct config_key *k, const struct yaml_place *v, bool *at)
{
	/* The words of YAML 1.1, which people and other programs still write. */
	static const char *const words[] = {"false", "no", "off", "true", "yes", "on"};
	for (unsigned i = 0; i < 6; i++)
		if (strcasecmp(v->text, words[i]) == 0) {
			*at = i >= 3;
			return;
		}
	wrong(r, v, "%s: '%s' is not true or false", k->name, v->text);
}

static void set_list(
    struct reader *r, const struct config_key *k, const struct yaml_place *v, void *at)
{
	struct option_list list = {.n = 0};
	struct yaml_place none, item;
	unsigned i = 0;

	if (v->kind == YAML_TEXT && !v->is_null)
		list.at[list.n++] = keep(r, v->text);
	while (v->kind == YAML_LIST && yamldoc_each(r->doc, v, &i, &none, &item)) {
		if (item.kind != YAML_TEXT) {
			wrong(r, &item, "%s: expected a list of texts", k->name);
			return;
		}
		/* One place stays free for the end. */
		if (list.n == OPTIONS_LIST_MAX - 1) {
			wrong(r, &item, "%s: more than %d entries", k->name, OPTIONS_LIST_MAX - 1);
			return;
		}
		list.at[list.n++] = keep(r, item.text);
	}
	if (k->type == CONFIG_TEXTS) {
		memcpy(at, &list, sizeof(list));
		return;
	}
	const char **argv = list.n ? own(r, calloc(list.n + 1, sizeof(*argv))) : NULL;
	if (argv)
		memcpy(argv, list.at, list.n * sizeof(*argv));
	memcpy(at, &argv, sizeof(argv));
}

static void set(
    struct reader *r, const struct config_key *k, const struct yaml_place *v, void *base)
{
	void *at = (char *)base + k->at;
	const char *text;

	if (k->type == CONFIG_TEXTS || k->type == CONFIG_ARGV) {
		if (v->kind == YAML_MAP)
			wrong(r, v, "%s: expected a list", k->name);
		else
			set_list(r, k, v, at);
		return;
	}
	if (v->kind != YAML_TEXT) {
		wrong(r, v, "%s: expected a single value", k->name);
		return;
	}
	switch (k->type) {
	case CONFIG_TEXT:
		text = keep(r, v->is_null ? "" : v->text);
		memcpy(at, &text, sizeof(text));
		break;
	case CONFIG_BOOL:
		set_bool(r, k, v, at);
		break;
	case CONFIG_WORD:
		set_word(r, k, v, at);
		break;
	default:
		set_number(r, k, v, at);
	}
}

static void set_standards(struct reader *r, const struct config_section *s, void *base)
{
	for (unsigned i = 0; i < s->n_keys; i++) {
		struct yaml_place v = {.kind = YAML_TEXT, .text = s->keys[i].standard};
		if (v.text)
			set(r, &s->keys[i], &v, base);
	}
}

static const struct config_key *find_key(const struct config_section *s, const char *name)
{
	for (unsigned i = 0; i < s->n_keys; i++)
		if (strcmp(s->keys[i].name, name) == 0)
			return &s->keys[i];
	return NULL;
}

/* What kind of source a map tells of: by the one of its keys that names a kind. */
static bool find_kind(struct reader *r, const struct yaml_place *map, struct config_source *ret)
{
	struct yaml_place key, value;
	unsigned at = 0, found = 0;
	while (yamldoc_each(r->doc, map, &at, &key, &value))
		for (unsigned i = 0; i < SOURCE_KINDS; i++)
			if (strcmp(key.text, config_source_kinds[i]) == 0) {
				ret->kind = (enum source_kind)i;
				found++;
			}
	if (found == 1)
		return true;
	wrong(r, map, "a source needs one of interface, dnstap, follow, folder, listen%s",
	    found ? ", and only one" : "");
	return false;
}

static void read_map(struct reader *r, const struct config_section *s, const struct yaml_place *map,
    void *base, unsigned kind)
{
	struct yaml_place key, value;
	unsigned at = 0;
	uint64_t seen = 0;

	while (yamldoc_each(r->doc, map, &at, &key, &value)) {
		const struct config_key *k = find_key(s, key.text);
		if (!k) {
			wrong(r, &key, "%s%s'%s' is no key of dnshound.conf(5)", s->name,
			    *s->name ? ": " : "", key.text);
			continue;
		}
		uint64_t bit = 1ull << (k - s->keys);
		if (seen & bit)
			wrong(r, &key, "%s stands there twice", k->name);
		else if (k->kinds && !(k->kinds & 1u << kind))
			wrong(r, &key, "%s is nothing for a source of kind %s", k->name,
			    config_source_kinds[kind]);
		else
			set(r, k, &value, base);
		seen |= bit;
	}
}

static void check_source(
    struct reader *r, const struct yaml_place *at, const struct config_source *s)
{
	bool is_socket = s->kind == SOURCE_DNSTAP || s->kind == SOURCE_LISTEN;
	const char *why =
	    s->kind == SOURCE_INTERFACE && *s->filter ? live_check_filter(s->filter) : NULL;
	if (!*s->address)
		wrong(r, at, "%s: needs a value", config_source_kinds[s->kind]);
	else if (is_socket && !config_is_address(s->address))
		wrong(r, at, "%s: '%s' is not unix:/path or ADDRESS:PORT",
		    config_source_kinds[s->kind], s->address);
	if (why)
		wrong(r, at, "filter: %s", why);
	if (!*s->certificate != !*s->key)
		wrong(r, at, "certificate and key belong together");
}

static void check_sink(struct reader *r, const struct yaml_place *at, const struct sink_config *c)
{
	char why[256];
	for (const struct sink_config *other = r->config->sinks; other < c; other++)
		if (strcmp(other->name, c->name) == 0)
			wrong(r, at, "two sinks have the name '%s'", c->name);
	if (!sink_check(c, why, sizeof(why)))
		wrong(r, at, "%s", why);
}

/* By its kind and number, when it was given no name. */
static void name_element(struct reader *r, const char **name, const char *kind, unsigned number)
{
	char text[64];
	snprintf(text, sizeof(text), "%s-%u", kind, number);
	if (!**name)
		*name = keep(r, text);
}

static void read_element(
    struct reader *r, const struct config_section *s, const struct yaml_place *v)
{
	unsigned *n = (unsigned *)(void *)((char *)r->config + s->at_count);
	char *base = (char *)r->config + s->at + *n * s->size;
	struct config_source *source =
	    s->at == offsetof(struct config, sources) ? (struct config_source *)(void *)base : NULL;

	if (v->kind != YAML_MAP) {
		wrong(r, v, "%s: expected keys and values", s->name);
		return;
	}
	if (*n == s->max) {
		wrong(r, v, "%s: more than %u", s->name, s->max);
		return;
	}
	if (source && !find_kind(r, v, source))
		return;
	set_standards(r, s, base);
	read_map(r, s, v, base, source ? source->kind : 0);
	if (source) {
		source->line = v->line;
		source->column = v->column;
		name_element(r, &source->name, config_source_kinds[source->kind], *n + 1);
		check_source(r, v, source);
	} else {
		struct sink_config *sink = (struct sink_config *)(void *)base;
		name_element(r, &sink->name, sink_type_text(sink->type), *n + 1);
		check_sink(r, v, sink);
	}
	++*n;
}

static void read_section(
    struct reader *r, const struct config_section *s, const struct yaml_place *v)
{
	struct yaml_place none, item;
	unsigned at = 0;

	if (v->kind == YAML_TEXT && v->is_null)
		return;
	if (s->max == 0 && v->kind == YAML_MAP) {
		read_map(r, s, v, r->config, 0);
	} else if (s->max && v->kind == YAML_LIST) {
		while (yamldoc_each(r->doc, v, &at, &none, &item))
			read_element(r, s, &item);
	} else {
		wrong(r, v, "%s: expected %s", s->name, s->max ? "a list" : "keys and values");
	}
}

static void read_top(struct reader *r, const struct yaml_place *root)
{
	const struct config_section *top = &config_sections[0];
	struct yaml_place key, value;
	unsigned at = 0;
	uint64_t seen = 0;

	while (yamldoc_each(r->doc, root, &at, &key, &value)) {
		const struct config_section *s = NULL;
		const struct config_key *k = find_key(top, key.text);
		for (unsigned i = 1; i < SECTIONS && !k; i++)
			if (strcmp(config_sections[i].name, key.text) == 0)
				s = &config_sections[i];
		uint64_t bit = k   ? 1ull << (k - top->keys)
		               : s ? 1ull << (32 + (s - config_sections))
		                   : 0;
		if (seen & bit)
			wrong(r, &key, "%s stands there twice", key.text);
		else if (k)
			set(r, k, &value, r->config);
		else if (s)
			read_section(r, s, &value);
		else
			wrong(r, &key, "'%s' is no key of dnshound.conf(5)", key.text);
		seen |= bit;
	}
}

/* Networks and domains: what the session would refuse, told with a place. */
static void check_site(struct reader *r)
{
	static const struct yaml_place nowhere;
	const struct option_list *lists[] = {&r->config->resolvers, &r->config->internal};
	for (unsigned k = 0; k < 2; k++)
		for (unsigned i = 0; i < lists[k]->n; i++)
			if (!filter_is_address(lists[k]->at[i]))
				wrong(r, &nowhere, "site: '%s' is no address or network",
				    lists[k]->at[i]);
}

static bool start(struct reader *r)
{
	for (unsigned i = 0; i < SECTIONS; i++)
		if (config_sections[i].max == 0)
			set_standards(r, &config_sections[i], r->config);
	return r->problems == 0;
}

static void ignore_problem(void *ctx, unsigned line, unsigned column, const char *text)
{
	(void)ctx;
	(void)line;
	(void)column;
	(void)text;
}

bool config_default(struct config *ret_config)
{
	*ret_config = (struct config){.n_texts = 0};
	struct reader r = {.config = ret_config, .tell = ignore_problem};
	if (start(&r))
		return true;
	config_free(ret_config);
	return false;
}

/* Defaults are texts of the table, so that nothing has to be kept of them. */
static void standards(const struct config_section *s, void *base)
{
	struct config unused = {.n_texts = 0};
	struct reader r = {.config = &unused, .tell = ignore_problem, .keeps_nothing = true};
	set_standards(&r, s, base);
}

void config_default_source(struct config_source *ret, enum source_kind kind)
{
	*ret = (struct config_source){.kind = kind};
	standards(&config_sections[SECTION_SOURCES], ret);
}

void config_default_sink(struct sink_config *ret)
{
	*ret = (struct sink_config){.name = ""};
	standards(&config_sections[SECTION_SINKS], ret);
}

bool config_read(struct config *ret_config, const char *path, config_tell_fn *tell, void *ctx)
{
	struct config *c = calloc(1, sizeof(*c));
	struct reader r = {.config = c, .tell = tell, .ctx = ctx};
	struct yaml_problem problem;

	if (!c || yamldoc_read(&r.doc, path, &problem) < 0) {
		tell(ctx, c ? problem.line : 0, c ? problem.column : 0,
		    c ? problem.text : "out of memory");
		free(c);
		return false;
	}
	struct yaml_place root = yamldoc_root(r.doc);
	start(&r);
	if (root.kind == YAML_MAP)
		read_top(&r, &root);
	else if (root.kind != YAML_NONE)
		wrong(&r, &root, "expected keys and values");
	check_site(&r);
	yamldoc_free(r.doc);
	if (r.problems == 0)
		*ret_config = *c;
	else
		config_free(c);
	free(c);
	return r.problems == 0;
}

void config_free(struct config *c)
{
	for (unsigned i = 0; i < c->n_texts; i++)
		free(c->texts[i]);
	free(c->texts);
	*c = (struct config){.n_texts = 0};
}

bool config_is_address(const char *text)
{
	struct network unused;
	char host[64];
	if (strncmp(text, "unix:", 5) == 0)
		return text[5] == '/' && strlen(text + 5) < 108;
	const char *colon = strrchr(text, ':'), *end;
	uint64_t port;
	size_t len = colon ? (size_t)(colon - text) : 0;
	if (!colon || len >= sizeof(host) || !read_number(colon + 1, 10, &end, &port) || *end ||
	    port > 65535)
		return false;
	bool is_v6 = len > 2 && text[0] == '[' && text[len - 1] == ']';
	memcpy(host, text + is_v6, len - 2 * is_v6);
	host[len - 2 * is_v6] = 0;
	return filter_network(host, &unused) && !strchr(host, '/') &&
	       is_v6 == (strchr(host, ':') != NULL);
}
