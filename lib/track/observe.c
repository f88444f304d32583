/* SPDX-License-Identifier: ISC */
#include "lib/track/observe.h"

#include <string.h>

uint64_t observe_zone_hash(const struct observer *o, const uint8_t *zone, size_t len)
{
	return hash_bytes(&o->key, zone, len);
}

/* The zone "-" of a server: names outside the public DNS go to whoever was asked. */
static uint64_t server_zone_hash(const struct observer *o, const struct endpoints *ends)
{
	uint8_t key[17];
	key[0] = '-';
	memcpy(key + 1, ends->server, 16);
	return hash_bytes(&o->key, key, sizeof(key));
}

static uint64_t client_hash(const struct observer *o, const struct endpoints *ends)
{
	uint8_t key[18];
	memcpy(key, ends->client, 16);
	memcpy(key + 16, &ends->site, 2);
	return hash_bytes(&o->key, key, sizeof(key));
}

/* A sum does not depend on the order, in which resolvers rotate. Only rdata counts: time to live
 * runs down in caches. */
static uint64_t answers_hash(const struct observer *o, const struct batch *b, const struct event *e)
{
	struct view v = event_answers(b, e);
	struct answer a;
	uint64_t sum = 0;

	while (answer_next(&v, &a))
		sum += hash_mix(hash_bytes(&o->key, a.rdata, a.rdlen), a.type);
	return sum;
}

struct zone_split observe_split(const struct observer *o, const struct name_scan *scan)
{
	return suffix_split(o->suffix, scan);
}

/* Does the subdomain end in a domain name of its own ("www.example.org" below "firm.com")? */
static bool is_embedding(
    const struct observer *o, const struct name_scan *scan, struct zone_split z)
{
	if (z.zone_label < 2)
		return false;
	struct name_scan inner;
	uint8_t wire[NAME_WIRE_MAX];
	/* Search lists append one to three labels below the zone (corp.firm.com): try each cut. */
	for (unsigned cut = z.zone_label; cut + 2 >= z.zone_label && cut >= 2; cut--) {
		size_t len = scan_at(scan, cut);
		memcpy(wire, scan->lower, len);
		wire[len] = 0;
		scan_name(&inner, wire, len + 1);
		struct zone_split s = suffix_split(o->suffix, &inner);
		if (s.class == ZONE_REGISTERED)
			return true;
	}
	return false;
}

void observe_event(const struct observer *o, const struct batch *b, struct event *e)
{
	const struct endpoints *ends = event_ends(b, e);
	struct name_scan scan;

	e->client_hash = client_hash(o, ends);
	if (e->name_len == 0) {
		e->zone_hash = server_zone_hash(o, ends);
		e->name_hash = e->zone_hash;
		/* What is no DNS has no answers: its bytes stand in their place. */
		bool has_answers = e->answers_len && !(e->flags & EV_NOT_DNS);
		e->answer_hash = has_answers ? answers_hash(o, b, e) : 0;
		return;
	}
	scan_name(&scan, event_name(b, e), e->name_len);
	struct zone_split z = suffix_split(o->suffix, &scan);
	e->zone_at = z.zone_at;
	e->zone_hash = z.class == ZONE_UNKNOWN ? server_zone_hash(o, ends)
	                                       : hash_bytes(&o->key, scan.lower + z.zone_at,
	                                             (size_t)(scan.len - z.zone_at));
	e->name_hash = z.zone_at
	                   ? hash_mix(hash_bytes(&o->key, scan.lower, z.zone_at), e->zone_hash)
	                   : e->zone_hash;
	if (z.zone_label >= 2 && z.class != ZONE_REVERSE && is_embedding(o, &scan, z))
		e->flags |= EV_EMBEDDED;
	if (e->answers_len)
		e->answer_hash = answers_hash(o, b, e);
}
