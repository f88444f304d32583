/* SPDX-License-Identifier: ISC */
#include "lib/track/answers.h"

#include "lib/base/hash.h"

#define BITS(n) ((uint32_t)(n)*256u)

/* So many records are looked at together, so that their cache lines come at the same time. */
#define AT_ONCE 8

/* The zone's keyed hash stands for the key. */
static inline struct hash_key record_key(uint64_t zone_hash, uint16_t type)
{
	return (struct hash_key){zone_hash, hash_mix(zone_hash, type)};
}

/* A further host in a known network tells what is left of the address, not all of it. */
static uint32_t price_address(
    struct novelty *known, const struct hash_key *key, struct view rdata, size_t net)
{
	if (rdata.len <= net)
		return 0;
	bool new_net = novelty_add(known, hash_bytes(key, rdata.p, net));
	return BITS(8 * (new_net ? rdata.len : rdata.len - net));
}

static uint32_t price_record(
    struct novelty *known, const struct model *m, const struct hash_key *key, const struct answer *a)
{
	struct price_form form = price_form(a->type);
	struct view rdata = view_of(a->rdata, a->rdlen);

	switch (form.kind) {
	case PRICE_ADDRESS:
		return price_address(known, key, rdata, form.skip);
	case PRICE_NAME:
		return rdata.len > form.skip ? price_target(m, view_of(rdata.p + form.skip,
		                                                   rdata.len - form.skip))
		                             : 0;
	case PRICE_OPAQUE:
		return price_opaque(rdata);
	default:
		return 0;
	}
}

struct answers_price answers_price_new(
    struct novelty *known, const struct model *m, uint64_t zone_hash, struct view answers)
{
	struct answers_price p = {0, 0, UINT32_MAX};
	struct answer a[AT_ONCE];
	uint64_t hash[AT_ONCE];
	unsigned n;

	do {
		for (n = 0; n < AT_ONCE && answer_next(&answers, &a[n]); n++) {
			struct hash_key key = record_key(zone_hash, a[n].type);
			hash[n] = hash_bytes(&key, a[n].rdata, a[n].rdlen);
			novelty_prefetch(known, hash[n]);
			if (a[n].ttl < p.min_ttl)
				p.min_ttl = a[n].ttl;
		}
		for (unsigned i = 0; i < n; i++) {
			if (price_form(a[i].type).kind == PRICE_NOTHING ||
			    !novelty_add(known, hash[i]))
				continue;
			struct hash_key key = record_key(~zone_hash, a[i].type);
			uint32_t bits = price_record(known, m, &key, &a[i]);
			p.bits += bits;
			p.opaque += price_form(a[i].type).kind == PRICE_OPAQUE ? bits : 0;
		}
	} while (n == AT_ONCE);
	return p;
}
