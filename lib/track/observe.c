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
	return observe_address_hash(o, ends->client, ends->site);
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

static void learn(const struct observer *o, struct name_scan *scan, struct known_name *ret)
{
	scan_labels(scan);
	struct zone_split z = suffix_split(o->suffix, scan);
	bool may_embed = z.zone_label >= 2 && z.class != ZONE_REVERSE;
	ret->is_used = true;
	ret->class = z.class;
	ret->zone_at = z.zone_at;
	ret->flags = may_embed && is_embedding(o, scan, z) ? EV_EMBEDDED : 0;
	ret->zone_hash =
	    hash_bytes(&o->key, scan->lower + z.zone_at, (size_t)(scan->len - z.zone_at));
}

void observe_event(
    const struct observer *o, struct observe_memo *memo, const struct batch *b, struct event *e)
{
	const struct endpoints *ends = event_ends(b, e);
	struct name_scan scan;

	e->client_hash = client_hash(o, ends);
	if (e->name_len == 0) {
		e->zone_hash = server_zone_hash(o, ends);
		e->name_hash = e->zone_hash;
		e->pair_hash = hash_mix(e->client_hash, e->zone_hash);
		return;
	}
	scan_lower(&scan, event_name(b, e), e->name_len);
	uint64_t hash = observe_name_hash(o, &scan);
	struct known_name *k = &memo->names[hash >> 32 & (OBSERVE_MEMOS - 1)];
	if (k->name_hash != hash || !k->is_used) {
		k->name_hash = hash;
		learn(o, &scan, k);
	}
	bool is_unknown = k->class == ZONE_UNKNOWN;
	e->zone_at = k->zone_at;
	e->flags |= k->flags;
	e->zone_hash = is_unknown ? server_zone_hash(o, ends) : k->zone_hash;
	e->name_hash = is_unknown ? hash_mix(hash, e->zone_hash) : hash;
	e->pair_hash = hash_mix(e->client_hash, e->zone_hash);
}
