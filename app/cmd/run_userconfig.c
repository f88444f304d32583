/* SPDX-License-Identifier: ISC */
#include "app/cmd/run_userconfig.h"

#include <stdio.h>
#include <string.h>

#include "app/cmd/yamldoc.h"

struct config {
	struct yamldoc *doc;
	char ignored[32][128];
	unsigned n_ignored, more;
	char type[16], host[256], port[16], path[256], token[256];
	bool enabled, tls, has_watch, watches_dns;
};

static void ignore(struct config *c, const char *path, const char *key)
{
	if (c->n_ignored == sizeof(c->ignored) / sizeof(c->ignored[0])) {
		c->more++;
		return;
	}
	snprintf(c->ignored[c->n_ignored++], sizeof(c->ignored[0]), "%s%s%s", path,
	    *path ? "." : "", key);
}

typedef void take_fn(
    struct config *c, const char *path, const char *key, const struct yaml_place *value);

static void each(struct config *c, const char *path, const struct yaml_place *map, take_fn *fn)
{
	struct yaml_place key, value;
	unsigned at = 0;
	while (map->kind == YAML_MAP && yamldoc_each(c->doc, map, &at, &key, &value))
		fn(c, path, key.text, &value);
}

static bool is_true(const char *s)
{
	return strcmp(s, "true") == 0 || strcmp(s, "yes") == 0 || strcmp(s, "on") == 0;
}

static void take_tls(
    struct config *c, const char *path, const char *key, const struct yaml_place *v)
{
	if (strcmp(key, "enable") == 0)
		c->tls = is_true(v->text);
	else
		ignore(c, path, key);
}

static void take_transport(
    struct config *c, const char *path, const char *key, const struct yaml_place *v)
{
	struct {
		const char *key;
		char *to;
		size_t size;
	} texts[] = {{"type", c->type, sizeof(c->type)}, {"host", c->host, sizeof(c->host)},
	    {"port", c->port, sizeof(c->port)}, {"path", c->path, sizeof(c->path)}};
	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(key, texts[i].key) == 0) {
			snprintf(texts[i].to, texts[i].size, "%s", v->text);
			return;
		}
	if (strcmp(key, "tls") == 0)
		each(c, "event.transport.tls", v, take_tls);
	else
		ignore(c, path, key);
}

static void take_watched(
    struct config *c, const char *path, const char *key, const struct yaml_place *v)
{
	char what[96];
	if (strcmp(key, "type") == 0) {
		if (strcmp(v->text, "dns") == 0) {
			c->watches_dns = true;
		} else {
			snprintf(what, sizeof(what), "watch of %.40s", v->text);
			ignore(c, "event", what);
		}
	} else if (strcmp(v->text, ".*") != 0 && *v->text) {
		ignore(c, path, key); /* filters on names, fields and values: everything is sent */
	}
}

static void take_event(
    struct config *c, const char *path, const char *key, const struct yaml_place *v)
{
	if (strcmp(key, "enable") == 0) {
		c->enabled = is_true(v->text);
	} else if (strcmp(key, "transport") == 0) {
		each(c, "event.transport", v, take_transport);
	} else if (strcmp(key, "watch") == 0 && v->kind == YAML_LIST) {
		struct yaml_place none, item;
		unsigned at = 0;
		c->has_watch = true;
		while (yamldoc_each(c->doc, v, &at, &none, &item))
			each(c, "event.watch", &item, take_watched);
	} else {
		ignore(c, path, key);
	}
}

static void take_top(
    struct config *c, const char *path, const char *key, const struct yaml_place *v)
{
	if (strcmp(key, "event") == 0)
		each(c, "event", v, take_event);
	else
		ignore(c, path, key);
}

static bool load(struct config *c, const char *path)
{
	struct yaml_problem problem = {.text = "is empty"};
	bool sound = yamldoc_read(&c->doc, path, &problem) == 0;
	struct yaml_place root = sound ? yamldoc_root(c->doc) : (struct yaml_place){0};

	if (root.kind != YAML_NONE)
		each(c, "", &root, take_top);
	else if (problem.line)
		fprintf(stderr, "dnshound: --userconfig: %s:%u: %s\n", path, problem.line,
		    problem.text);
	else
		fprintf(stderr, "dnshound: --userconfig: %s: %s\n", path, problem.text);
	if (sound)
		yamldoc_free(c->doc);
	return root.kind != YAML_NONE;
}

static bool apply(const struct config *c, struct run_options *o)
{
	const char *path = o->userconfig;

	if (c->has_watch && !c->watches_dns)
		fprintf(stderr, "dnshound: %s: no watch of type dns; DNS is watched nevertheless\n",
		    path);
	if (o->to || !c->enabled || !*c->type)
		return true;
	if (c->tls) {
		fprintf(stderr,
		    "dnshound: %s: event.transport.tls: events are not sent over TLS; name "
		    "another destination with --to\n",
		    path);
		return false;
	}
	if (strcmp(c->type, "tcp") == 0) {
		bool v6 = strchr(c->host, ':') != NULL;
		snprintf(o->to_text, sizeof(o->to_text), "%s%s%s:%s", v6 ? "[" : "", c->host,
		    v6 ? "]" : "", c->port);
	} else if (strcmp(c->type, "unix") == 0) {
		snprintf(o->to_text, sizeof(o->to_text), "unix:%s", c->path);
	} else {
		fprintf(stderr,
		    "dnshound: %s: event.transport.type: '%s' is not tcp or unix; judged here\n",
		    path, c->type);
		return true;
	}
	o->to = o->to_text;
	return true;
}

bool run_userconfig(struct run_options *o)
{
	struct config c = {.enabled = true};

	if (!load(&c, o->userconfig))
		return false;
	if (c.n_ignored) {
		fprintf(stderr, "dnshound: %s: ignored:", o->userconfig);
		for (unsigned i = 0; i < c.n_ignored; i++)
			fprintf(stderr, "%s %s", i ? "," : "", c.ignored[i]);
		if (c.more)
			fprintf(stderr, " and %u more", c.more);
		fputc('\n', stderr);
	}
	return apply(&c, o);
}
