/* SPDX-License-Identifier: ISC */
#include "lib/track/answers.h"

#define BITS(n) ((uint32_t)(n)*256u)
#define IPV4_NETWORK 3 /* bytes; as in price.c's table */

static inline bool has_network(const struct answers_record *r)
{
	return r->form.kind == PRICE_ADDRESS && r->a.rdlen > r->form.skip;
}

/* An IPv4 network has few hosts, so they may share its place; of IPv6 hosts there is no end. */
static inline void look_up_ipv4(struct answers_record *r, const struct hash_key *typed)
{
	uint32_t address = load_be32(r->a.rdata);
	r->net_hash = hash_pair(typed, address >> 8, 0, 0);
	r->hash = hash_mix(r->net_hash, address);
	r->place = r->net_hash;
}

/* Only type and rdata count, below the zone: time to live runs down in caches. */
static inline void look_up(struct answers_record *r, const struct novelty *known,
    const struct hash_key *key, uint64_t zone_hash)
{
	struct hash_key typed = {key->k0 ^ (zone_hash + r->a.type), key->k1};
	r->form = price_form(r->a.type);
	if (r->form.kind == PRICE_NOTHING)
		return;
	if (r->form.skip == IPV4_NETWORK && r->a.rdlen == 4) {
		look_up_ipv4(r, &typed);
	} else {
		r->place = r->hash = hash_bytes(&typed, r->a.rdata, r->a.rdlen);
		if (has_network(r)) {
			r->net_hash = hash_bytes(&typed, r->a.rdata, r->form.skip);
			novelty_prefetch(known, r->net_hash);
		}
	}
	novelty_prefetch(known, r->place);
}

static void look_up_some(struct answers_ahead *ahead, const struct novelty *known,
    const struct hash_key *key, uint64_t zone_hash)
{
	unsigned n = 0;
	for (; n < ANSWERS_AT_ONCE && answer_next(&ahead->rest, &ahead->at[n].a); n++) {
		look_up(&ahead->at[n], known, key, zone_hash);
		if (ahead->at[n].a.ttl < ahead->min_ttl)
			ahead->min_ttl = ahead->at[n].a.ttl;
	}
	ahead->n = n;
}

void answers_fetch(struct answers_ahead *ret, const struct novelty *known,
    const struct hash_key *key, const struct batch *b, const struct event *e)
{
	ret->n = 0;
	ret->min_ttl = UINT32_MAX;
	/* What is no DNS has no answers: its bytes stand in their place. */
	bool has_answers = e->answers_len && !(e->flags & EV_NOT_DNS);
	ret->rest = has_answers ? event_answers(b, e) : view_of(NULL, 0);
	if (has_answers)
		look_up_some(ret, known, key, e->zone_hash);
}

/* A further host in a known network tells what is left of the address, not all of it. */
static uint32_t price_address(const struct answers_record *r, struct novelty *known)
{
	if (!has_network(r))
		return 0;
	bool new_net = novelty_add(known, r->net_hash);
	return BITS(8 * (new_net ? r->a.rdlen : r->a.rdlen - r->form.skip));
}

static uint32_t price_record(
    const struct answers_record *r, struct novelty *known, const struct model *m)
{
	struct view rdata = view_of(r->a.rdata, r->a.rdlen);
	uint8_t skip = r->form.skip;

	switch (r->form.kind) {
	case PRICE_ADDRESS:
		return price_address(r, known);
	case PRICE_NAME:
		if (rdata.len <= skip)
			return 0;
		return price_target(m, view_of(rdata.p + skip, rdata.len - skip));
	default:
		return price_opaque(rdata);
	}
}

struct answers_price answers_price_new(struct answers_ahead *ahead, struct novelty *known,
    const struct model *m, const struct hash_key *key, uint64_t zone_hash)
{
	struct answers_price p = {0, 0, UINT32_MAX};

	while (ahead->n) {
		for (unsigned i = 0; i < ahead->n; i++) {
			const struct answers_record *r = &ahead->at[i];
			if (r->form.kind == PRICE_NOTHING ||
			    !novelty_add_at(known, r->place, r->hash))
				continue;
			uint32_t bits = price_record(r, known, m);
			p.bits += bits;
			p.opaque += r->form.kind == PRICE_OPAQUE ? bits : 0;
			p.min_ttl = 0;
		}
		look_up_some(ahead, known, key, zone_hash);
	}
	p.min_ttl = p.min_ttl ? UINT32_MAX : ahead->min_ttl;
	return p;
}
