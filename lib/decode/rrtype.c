/* SPDX-License-Identifier: ISC */
#include "lib/decode/rrtype.h"

#include "lib/decode/text.h"

struct pair {
	char name[14];
	uint8_t len;
	uint16_t number;
};
#define P(text, n)                        \
	{                                 \
		text, sizeof(text) - 1, n \
	}

/* The most asked first: lookups by name go down this list. */
static const struct pair types[] = {
    P("A", 1),
    P("AAAA", 28),
    P("HTTPS", 65),
    P("PTR", 12),
    P("CNAME", 5),
    P("TXT", 16),
    P("SRV", 33),
    P("MX", 15),
    P("NS", 2),
    P("SOA", 6),
    P("SVCB", 64),
    P("DS", 43),
    P("NULL", 10),
    P("ANY", 255),
    P("RRSIG", 46),
    P("DNSKEY", 48),
    P("NSEC", 47),
    P("NSEC3", 50),
    P("NAPTR", 35),
    P("CAA", 257),
    P("TLSA", 52),
    P("KEY", 25),
    P("PRIVATE", 65399),
    P("OPT", 41),
    P("DNAME", 39),
    P("SPF", 99),
    P("MD", 3),
    P("MF", 4),
    P("MB", 7),
    P("MG", 8),
    P("MR", 9),
    P("WKS", 11),
    P("HINFO", 13),
    P("MINFO", 14),
    P("RP", 17),
    P("AFSDB", 18),
    P("X25", 19),
    P("ISDN", 20),
    P("RT", 21),
    P("NSAP", 22),
    P("NSAP-PTR", 23),
    P("SIG", 24),
    P("PX", 26),
    P("GPOS", 27),
    P("LOC", 29),
    P("NXT", 30),
    P("EID", 31),
    P("NIMLOC", 32),
    P("ATMA", 34),
    P("KX", 36),
    P("CERT", 37),
    P("A6", 38),
    P("SINK", 40),
    P("APL", 42),
    P("SSHFP", 44),
    P("IPSECKEY", 45),
    P("DHCID", 49),
    P("NSEC3PARAM", 51),
    P("SMIMEA", 53),
    P("HIP", 55),
    P("NINFO", 56),
    P("RKEY", 57),
    P("TALINK", 58),
    P("CDS", 59),
    P("CDNSKEY", 60),
    P("OPENPGPKEY", 61),
    P("CSYNC", 62),
    P("ZONEMD", 63),
    P("DSYNC", 66),
    P("UINFO", 100),
    P("UID", 101),
    P("GID", 102),
    P("UNSPEC", 103),
    P("NID", 104),
    P("L32", 105),
    P("L64", 106),
    P("LP", 107),
    P("EUI48", 108),
    P("EUI64", 109),
    P("NXNAME", 128),
    P("TKEY", 249),
    P("TSIG", 250),
    P("IXFR", 251),
    P("AXFR", 252),
    P("MAILB", 253),
    P("MAILA", 254),
    P("URI", 256),
    P("AVC", 258),
    P("DOA", 259),
    P("AMTRELAY", 260),
    P("RESINFO", 261),
    P("WALLET", 262),
    P("CLA", 263),
    P("IPN", 264),
    P("TA", 32768),
    P("DLV", 32769),
};

/* What sensors call them besides. */
static const struct pair type_aliases[] = {
    P("*", 255),
    P("NB", 32),
    P("NBSTAT", 33),
    P("EDNS", 41),
    P("BINDS", 65534),
};

static const struct pair rcodes[] = {
    P("NOERROR", 0),
    P("NXDOMAIN", 3),
    P("SERVFAIL", 2),
    P("REFUSED", 5),
    P("FORMERR", 1),
    P("NOTIMP", 4),
    P("YXDOMAIN", 6),
    P("YXRRSET", 7),
    P("NXRRSET", 8),
    P("NOTAUTH", 9),
    P("NOTZONE", 10),
    P("DSOTYPENI", 11),
    P("BADVERS", 16),
    P("BADSIG", 16),
    P("BADKEY", 17),
    P("BADTIME", 18),
    P("BADMODE", 19),
    P("BADNAME", 20),
    P("BADALG", 21),
    P("BADTRUNC", 22),
    P("BADCOOKIE", 23),
};

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

static bool same(struct view text, const char *name)
{
	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = text.p[i];
		if (c >= 'a' && c <= 'z')
			c = (uint8_t)(c - 0x20);
		if (c != (uint8_t)name[i])
			return false;
	}
	return true;
}

static bool find(const struct pair *list, size_t n, struct view text, uint16_t *ret)
{
	for (size_t i = 0; i < n; i++) {
		if (list[i].len == text.len && same(text, list[i].name)) {
			*ret = list[i].number;
			return true;
		}
	}
	return false;
}

static bool number(struct view text, uint16_t *ret)
{
	uint64_t n;
	if (!text_uint(text, UINT16_MAX, &n))
		return false;
	*ret = (uint16_t)n;
	return true;
}

bool rrtype_parse(struct view text, uint16_t *ret)
{
	if (find(types, COUNT(types), text, ret) || number(text, ret) ||
	    find(type_aliases, COUNT(type_aliases), text, ret))
		return true;
	if (text.len > 4 && same(view_of(text.p, 4), "TYPE"))
		return number(view_of(text.p + 4, text.len - 4), ret);
	return view_starts(text, "query-") && number(view_of(text.p + 6, text.len - 6), ret);
}

const char *rrtype_text(uint16_t type)
{
	for (size_t i = 0; i < COUNT(types); i++)
		if (types[i].number == type)
			return types[i].name;
	return NULL;
}

bool rcode_parse(struct view text, uint8_t *ret)
{
	uint16_t n;
	if ((!find(rcodes, COUNT(rcodes), text, &n) && !number(text, &n)) || n > 254)
		return false;
	*ret = (uint8_t)n;
	return true;
}
