/* SPDX-License-Identifier: ISC */
#include "lib/track/price.h"

#include "lib/base/fixed.h"

struct name_price price_name(const struct model *m, const struct name_scan *scan,
    struct zone_split zone, uint16_t qtype, uint16_t flags)
{
	struct folding f = fold_name(scan, zone, qtype, flags);
	struct name_price p = {.full = model_price(m, scan, 0, zone.zone_label), .fold = f.fold};

	if (f.fold == FOLD_NONE) {
		p.folded = p.full;
		return p;
	}
	p.folded =
	    f.bits + model_price(m, scan, 0, f.from) + model_price(m, scan, f.to, zone.zone_label);
	if (p.folded >= p.full) {
		p.folded = p.full;
		p.fold = FOLD_NONE;
	}
	return p;
}

#define FORMS 258

/* Types of RFC-defined content that is not free text: their rdata costs nothing, or is a name or
 * an address that is priced as such. DNSSEC's are signed by keys that a tunnel could choose, but
 * no resolver forwards more of them than their chain needs. */
static const struct price_form forms[FORMS] = {
    [1] = {PRICE_ADDRESS, 3},   /* A: a /24 */
    [28] = {PRICE_ADDRESS, 8},  /* AAAA: a /64 */
    [2] = {PRICE_NAME, 0},      /* NS */
    [5] = {PRICE_NAME, 0},      /* CNAME */
    [12] = {PRICE_NAME, 0},     /* PTR */
    [15] = {PRICE_NAME, 2},     /* MX */
    [33] = {PRICE_NAME, 6},     /* SRV */
    [39] = {PRICE_NAME, 0},     /* DNAME */
    [6] = {PRICE_NOTHING, 0},   /* SOA */
    [13] = {PRICE_NOTHING, 0},  /* HINFO */
    [29] = {PRICE_NOTHING, 0},  /* LOC */
    [35] = {PRICE_NOTHING, 0},  /* NAPTR */
    [41] = {PRICE_NOTHING, 0},  /* OPT */
    [43] = {PRICE_NOTHING, 0},  /* DS */
    [46] = {PRICE_NOTHING, 0},  /* RRSIG */
    [47] = {PRICE_NOTHING, 0},  /* NSEC */
    [48] = {PRICE_NOTHING, 0},  /* DNSKEY */
    [50] = {PRICE_NOTHING, 0},  /* NSEC3 */
    [51] = {PRICE_NOTHING, 0},  /* NSEC3PARAM */
    [52] = {PRICE_NOTHING, 0},  /* TLSA */
    [59] = {PRICE_NOTHING, 0},  /* CDS */
    [60] = {PRICE_NOTHING, 0},  /* CDNSKEY */
    [64] = {PRICE_NOTHING, 0},  /* SVCB */
    [65] = {PRICE_NOTHING, 0},  /* HTTPS */
    [250] = {PRICE_NOTHING, 0}, /* TSIG */
    [257] = {PRICE_NOTHING, 0}, /* CAA */
};

struct price_form price_form(uint16_t type)
{
	return type < FORMS ? forms[type] : (struct price_form){PRICE_OPAQUE, 0};
}

uint32_t price_opaque(struct view rdata)
{
	uint32_t counts[256] = {0};
	for (size_t i = 0; i < rdata.len; i++)
		counts[rdata.p[i]]++;
	return (uint32_t)rdata.len * fixed_entropy(counts, 256);
}

uint32_t price_target(const struct model *m, struct view wire)
{
	struct name_scan scan;
	if (wire.len < 2 || wire.len > NAME_WIRE_MAX)
		return 0;
	scan_name(&scan, wire.p, wire.len);
	return model_price(m, &scan, 0, scan.n_labels);
}
