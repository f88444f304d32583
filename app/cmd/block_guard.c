/* SPDX-License-Identifier: ISC */
#include "app/cmd/block_guard.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/cmd/filter.h"

/* One of the two is the other, or lies below it. */
static bool are_related(const char *spec, const struct rules_name *zone)
{
	struct rules_name other;
	char text[RULES_NAME_TEXT];
	if (!rules_name_read(&other, spec))
		return false;
	rules_name_master(zone, text);
	return filter_zone(spec, zone->wire, zone->len) || filter_zone(text, other.wire, other.len);
}

static bool is_listed(const struct option_list *list, const struct rules_name *zone)
{
	for (unsigned i = 0; i < list->n; i++)
		if (are_related(list->at[i], zone))
			return true;
	return false;
}

/* For some client, even: a zone is blocked for all of them. */
static bool is_allowed(const struct allow *a, const struct rules_name *zone)
{
	int64_t now_ns = (int64_t)time(NULL) * INT64_C(1000000000);
	for (size_t i = 0; i < a->n; i++)
		if (a->entries[i].zone && now_ns < a->entries[i].until_ns &&
		    are_related(a->entries[i].zone, zone))
			return true;
	return false;
}

static bool is_suffix(const struct block_guard *g, const struct rules_name *zone)
{
	struct name_scan scan;
	scan_name(&scan, zone->wire, zone->len);
	uint8_t class = suffix_split(g->session->suffix, &scan).class;
	return class == ZONE_SUFFIX || class == ZONE_REVERSE || class == ZONE_SITE;
}

const char *block_guard_refuses(const struct block_guard *g, const struct rules_name *zone)
{
	if (!rules_name_is_policy(zone))
		return "a policy zone cannot hold it as a name of its own";
	if (is_allowed(&g->session->allow, zone))
		return "the site allows it (site: allow)";
	if (is_listed(&g->config->block.never, zone))
		return "it is never to be blocked (block: never)";
	if (is_listed(&g->config->site_zones, zone) || is_suffix(g, zone))
		return "it is the site's own, or a public suffix";
	return NULL;
}

/* Asked for seldom, so the file is read each time and may change. */
static bool is_popular(const char *path, const struct rules_name *zone)
{
	FILE *from = *path ? fopen(path, "re") : NULL;
	char *line = NULL;
	size_t room = 0;
	bool found = false;
	while (from && !found && getline(&line, &room, from) > 0) {
		line[strcspn(line, "\r\n")] = 0;
		const char *comma = strchr(line, ',');
		found = filter_zone(comma ? comma + 1 : line, zone->wire, zone->len);
	}
	free(line);
	if (from)
		fclose(from);
	return found;
}

static bool is_in_baseline(const struct session *s, const struct rules_name *zone)
{
	return s->config.baseline && baseline_zone_find(s->config.baseline,
	                                 hash_bytes(&s->config.key, zone->wire, zone->len));
}

const char *block_guard_refuses_itself(const struct block_guard *g, const struct rules_name *zone)
{
	const struct services *services = g->session->config.services;
	const char *why = block_guard_refuses(g, zone);
	if (why)
		return why;
	if (services && services_has_zone(services, view_of(zone->wire, zone->len), 0))
		return "declared services live there";
	if (is_in_baseline(g->session, zone))
		return "the baseline knows it as ordinary";
	if (is_popular(g->config->block.popular, zone))
		return "it is popular";
	return NULL;
}

const char *block_guard_refuses_server(const struct block_guard *g, const char *server)
{
	uint8_t address[16] = {[10] = 0xff, [11] = 0xff};
	const struct option_list *resolvers = &g->config->resolvers;
	if (inet_pton(AF_INET, server, address + 12) != 1 &&
	    inet_pton(AF_INET6, server, address) != 1)
		return "its server is no address";
	for (unsigned i = 0; i < resolvers->n; i++)
		if (filter_address(resolvers->at[i], address))
			return "its server is a resolver of the site";
	return NULL;
}
