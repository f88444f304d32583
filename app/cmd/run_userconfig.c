/* SPDX-License-Identifier: ISC */
#include "app/cmd/run_userconfig.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <yaml.h>

struct config {
	yaml_document_t doc;
	char ignored[32][128];
	unsigned n_ignored, more;
	char type[16], host[256], port[16], path[256], token[256];
	bool enabled, tls, has_watch, watches_dns;
};

static const char *scalar(const yaml_node_t *n)
{
	return n && n->type == YAML_SCALAR_NODE ? (const char *)n->data.scalar.value : "";
}

static void ignore(struct config *c, const char *path, const char *key)
{
	if (c->n_ignored == sizeof(c->ignored) / sizeof(c->ignored[0])) {
		c->more++;
		return;
	}
	snprintf(c->ignored[c->n_ignored++], sizeof(c->ignored[0]), "%s%s%s", path,
	    *path ? "." : "", key);
}

typedef void take_fn(struct config *c, const char *path, const char *key, yaml_node_t *value);

static void each(struct config *c, const char *path, yaml_node_t *map, take_fn *fn)
{
	if (!map || map->type != YAML_MAPPING_NODE)
		return;
	for (yaml_node_pair_t *p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top;
	     p++)
		fn(c, path, scalar(yaml_document_get_node(&c->doc, p->key)),
		    yaml_document_get_node(&c->doc, p->value));
}

static bool is_true(const char *s)
{
	return strcmp(s, "true") == 0 || strcmp(s, "yes") == 0 || strcmp(s, "on") == 0;
}

static void take_tls(struct config *c, const char *path, const char *key, yaml_node_t *v)
{
	if (strcmp(key, "enable") == 0)
		c->tls = is_true(scalar(v));
	else
		ignore(c, path, key);
}

static void take_transport(struct config *c, const char *path, const char *key, yaml_node_t *v)
{
	struct {
		const char *key;
		char *to;
		size_t size;
	} texts[] = {{"type", c->type, sizeof(c->type)}, {"host", c->host, sizeof(c->host)},
	    {"port", c->port, sizeof(c->port)}, {"path", c->path, sizeof(c->path)}};
	for (unsigned i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		if (strcmp(key, texts[i].key) == 0) {
			snprintf(texts[i].to, texts[i].size, "%s", scalar(v));
			return;
		}
	if (strcmp(key, "tls") == 0)
		each(c, "event.transport.tls", v, take_tls);
	else
		ignore(c, path, key);
}

static void take_watched(struct config *c, const char *path, const char *key, yaml_node_t *v)
{
	char what[96];
	if (strcmp(key, "type") == 0) {
		if (strcmp(scalar(v), "dns") == 0) {
			c->watches_dns = true;
		} else {
			snprintf(what, sizeof(what), "watch of %.40s", scalar(v));
			ignore(c, "event", what);
		}
	} else if (strcmp(scalar(v), ".*") != 0 && *scalar(v)) {
		ignore(c, path, key); /* filters on names, fields and values: everything is sent */
	}
}

static void take_event(struct config *c, const char *path, const char *key, yaml_node_t *v)
{
	if (strcmp(key, "enable") == 0) {
		c->enabled = is_true(scalar(v));
	} else if (strcmp(key, "transport") == 0) {
		each(c, "event.transport", v, take_transport);
	} else if (strcmp(key, "watch") == 0 && v && v->type == YAML_SEQUENCE_NODE) {
		c->has_watch = true;
		for (yaml_node_item_t *i = v->data.sequence.items.start;
		     i < v->data.sequence.items.top; i++)
			each(c, "event.watch", yaml_document_get_node(&c->doc, *i), take_watched);
	} else {
		ignore(c, path, key);
	}
}

static void take_top(struct config *c, const char *path, const char *key, yaml_node_t *v)
{
	if (strcmp(key, "event") == 0)
		each(c, "event", v, take_event);
	else
		ignore(c, path, key);
}

static bool load(struct config *c, const char *path)
{
	yaml_parser_t parser;
	FILE *f = fopen(path, "rb");
	if (!f) {
		fprintf(stderr, "dnshound: --userconfig: %s: %s\n", path, strerror(errno));
		return false;
	}
	if (!yaml_parser_initialize(&parser)) {
		fclose(f);
		return false;
	}
	yaml_parser_set_input_file(&parser, f);
	bool sound = yaml_parser_load(&parser, &c->doc) && yaml_document_get_root_node(&c->doc);
	if (!sound)
		fprintf(stderr, "dnshound: --userconfig: %s:%zu: %s\n", path,
		    parser.problem_mark.line + 1, parser.problem ? parser.problem : "is empty");
	else
		each(c, "", yaml_document_get_root_node(&c->doc), take_top);
	yaml_document_delete(&c->doc);
	yaml_parser_delete(&parser);
	fclose(f);
	return sound;
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
