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

/* Types of RFC-defined content that is not free text: their rdata costs nothing, or is a name or
 * an address that is priced as such. Sorted. DNSSEC's are signed by keys that a tunnel could
 * choose, but no resolver forwards more of them than their chain needs. */
static const uint16_t structured[] = {
    1 /* A */,
    2 /* NS */,
    5 /* CNAME */,
    6 /* SOA */,
    12 /* PTR */,
    13 /* HINFO */,
    15 /* MX */,
    28 /* AAAA */,
    29 /* LOC */,
    33 /* SRV */,
    35 /* NAPTR */,
    39 /* DNAME */,
    41 /* OPT */,
    43 /* DS */,
    46 /* RRSIG */,
    47 /* NSEC */,
    48 /* DNSKEY */,
    50 /* NSEC3 */,
    51 /* NSEC3PARAM */,
    52 /* TLSA */,
    59 /* CDS */,
    60 /* CDNSKEY */,
    64 /* SVCB */,
    65 /* HTTPS */,
    250 /* TSIG */,
    257 /* CAA */,
};

bool price_is_opaque(uint16_t type)
{
	for (size_t i = 0; i < sizeof(structured) / sizeof(structured[0]); i++)
		if (structured[i] == type)
			return false;
	return true;
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
