/* SPDX-License-Identifier: ISC */
#include "lib/track/answers.h"

#include "lib/base/hash.h"

#define BITS(n) ((uint32_t)(n)*256u)

enum form { FORM_FIXED, FORM_ADDRESS, FORM_NAME, FORM_OPAQUE };

/* How the rdata of a type is priced; what is not listed is opaque. `skip` bytes stand before the
 * name, and count as structure. */
static const struct {
	uint16_t type;
	uint8_t form;
	uint8_t skip; /* FORM_ADDRESS: bytes of the network part */
} forms[] = {
    {1, FORM_ADDRESS, 3},  /* A: a /24 */
    {28, FORM_ADDRESS, 8}, /* AAAA: a /64 */
    {2, FORM_NAME, 0},     /* NS */
    {5, FORM_NAME, 0},     /* CNAME */
    {12, FORM_NAME, 0},    /* PTR */
    {15, FORM_NAME, 2},    /* MX */
    {33, FORM_NAME, 6},    /* SRV */
    {39, FORM_NAME, 0},    /* DNAME */
};

/* A keyed hash already stands in `seed`, so mixing words into it stays keyed. */
static uint64_t hash_rdata(uint64_t seed, struct view v)
{
	uint64_t h = seed;
	for (size_t i = 0; i < v.len; i += 8) {
		uint64_t word = 0;
		memcpy(&word, v.p + i, v.len - i < 8 ? v.len - i : 8);
		h = hash_mix(h, word);
	}
	return hash_mix(h, v.len);
}

/* A further host in a known network tells what is left of the address, not all of it. */
static uint32_t price_address(struct novelty *known, uint64_t seed, struct view rdata, size_t net)
{
	if (rdata.len <= net)
		return 0;
	bool new_net = novelty_add(known, hash_rdata(seed ^ 1, view_of(rdata.p, net)));
	return BITS(8 * (new_net ? rdata.len : rdata.len - net));
}

struct answers_price answers_price_new(
    struct novelty *known, const struct model *m, uint64_t zone_hash, struct view answers)
{
	struct answers_price p = {0, 0, UINT32_MAX};
	struct answer a;

	while (answer_next(&answers, &a)) {
		struct view rdata = view_of(a.rdata, a.rdlen);
		uint64_t seed = hash_mix(zone_hash, a.type);
		if (a.ttl < p.min_ttl)
			p.min_ttl = a.ttl;
		if (!novelty_add(known, hash_rdata(seed, rdata)))
			continue;
		uint8_t form = price_is_opaque(a.type) ? FORM_OPAQUE : FORM_FIXED;
		uint8_t skip = 0;
		for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
			if (forms[i].type == a.type) {
				form = forms[i].form;
				skip = forms[i].skip;
			}
		uint32_t bits = 0;
		if (form == FORM_ADDRESS)
			bits = price_address(known, seed, rdata, skip);
		else if (form == FORM_NAME && rdata.len > skip)
			bits = price_target(m, view_of(rdata.p + skip, rdata.len - skip));
		else if (form == FORM_OPAQUE)
			bits = price_opaque(rdata);
		p.bits += bits;
		p.opaque += form == FORM_OPAQUE ? bits : 0;
	}
	return p;
}
