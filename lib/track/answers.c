/* SPDX-License-Identifier: ISC */
#include "lib/track/answers.h"

#define BITS(n) ((uint32_t)(n)*256u)

/* So many records are looked at together, so that their cache lines come at the same time. */
#define AT_ONCE 8

/* A record, and the hashes that it and its network are known by. */
struct known {
	struct answer a;
	struct price_form form;
	uint64_t hash, net_hash;
};

static inline bool has_network(const struct known *k)
{
	return k->form.kind == PRICE_ADDRESS && k->a.rdlen > k->form.skip;
}

static void look_up(const struct novelty *known, const struct hash_key *key, uint64_t zone_hash,
    struct known *k)
{
	k->form = price_form(k->a.type);
	k->hash = answers_key(zone_hash, observe_answer_hash(key, &k->a));
	novelty_prefetch(known, k->hash);
	if (has_network(k)) {
		k->net_hash = hash_mix(zone_hash, hash_bytes(key, k->a.rdata, k->form.skip));
		novelty_prefetch(known, k->net_hash);
	}
}

/* A further host in a known network tells what is left of the address, not all of it. */
static uint32_t price_address(struct novelty *known, const struct known *k)
{
	if (!has_network(k))
		return 0;
	bool new_net = novelty_add(known, k->net_hash);
	return BITS(8 * (new_net ? k->a.rdlen : k->a.rdlen - k->form.skip));
}

static uint32_t price_record(struct novelty *known, const struct model *m, const struct known *k)
{
	struct price_form form = k->form;
	struct view rdata = view_of(k->a.rdata, k->a.rdlen);

	switch (form.kind) {
	case PRICE_ADDRESS:
		return price_address(known, k);
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

struct answers_price answers_price_new(struct novelty *known, const struct model *m,
    const struct hash_key *key, const struct batch *b, const struct event *e)
{
	struct answers_price p = {0, 0, UINT32_MAX};
	uint64_t whole = answers_key(e->zone_hash, e->answer_hash);
	struct view answers = event_answers(b, e);
	struct known k[AT_ONCE];
	unsigned n;

	if (!novelty_add(known, whole))
		return p;
	do {
		for (n = 0; n < AT_ONCE && answer_next(&answers, &k[n].a); n++) {
			look_up(known, key, e->zone_hash, &k[n]);
			if (k[n].a.ttl < p.min_ttl)
				p.min_ttl = k[n].a.ttl;
		}
		for (unsigned i = 0; i < n; i++) {
			/* A record that is all there is was just looked up. */
			if (k[i].form.kind == PRICE_NOTHING)
				continue;
			if (k[i].hash != whole && !novelty_add(known, k[i].hash))
				continue;
			uint32_t bits = price_record(known, m, &k[i]);
			p.bits += bits;
			p.opaque += k[i].form.kind == PRICE_OPAQUE ? bits : 0;
		}
	} while (n == AT_ONCE);
	return p;
}
