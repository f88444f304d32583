/* SPDX-License-Identifier: ISC */
#include "lib/track/fold.h"

#include "lib/decode/event.h"

#define BITS(n) ((n)*256u)
#define BYTES(n) ((n)*2048u)

enum { TYPE_CNAME = 5, TYPE_TXT = 16 };

/* Bytes a zone may save per day by each fold. The delegations of reverse zones bound what one
 * attacker can use of them; the others are open to anybody who registers a name. */
static const uint32_t caps[FOLD_COUNT] = {
    [FOLD_NONE] = 0,
    [FOLD_REVERSE4] = BYTES(64u << 10),
    [FOLD_REVERSE6] = BYTES(1u << 10),
    [FOLD_SERVICE] = BYTES(256),
    [FOLD_SELECTOR] = BYTES(96),
    [FOLD_SEARCH] = BYTES(1024),
    [FOLD_PROBE] = BYTES(512),
    [FOLD_KEY_HASH] = BYTES(1024),
    [FOLD_SPF] = BYTES(2048),
};

uint32_t fold_cap_bits(enum fold fold)
{
	return caps[fold];
}

/* Underscored names in common use: the IANA registry of RFC 8552, the service types of RFC 6763
 * that networks are full of, and what domain controllers are asked for. Sorted. */
static const char *const service_labels[] = {
    "_acme-challenge",
    "_adisk",
    "_afpovertcp",
    "_airplay",
    "_airport",
    "_amzn-wplay",
    "_atc",
    "_autodiscover",
    "_caldav",
    "_caldavs",
    "_carddav",
    "_carddavs",
    "_companion-link",
    "_daap",
    "_device-info",
    "_dmarc",
    "_dns",
    "_dns-sd",
    "_dns-update",
    "_dnslink",
    "_domainconnect",
    "_ftp",
    "_gc",
    "_googlecast",
    "_hap",
    "_homekit",
    "_http",
    "_https",
    "_imap",
    "_imaps",
    "_ipp",
    "_ipp-tls",
    "_ipps",
    "_jabber",
    "_kerberos",
    "_kerberos-master",
    "_kpasswd",
    "_ldap",
    "_ldaps",
    "_matrix",
    "_matrix-fed",
    "_minecraft",
    "_msdcs",
    "_mta-sts",
    "_nfs",
    "_nicname",
    "_ntp",
    "_pdl-datastream",
    "_pop3",
    "_pop3s",
    "_printer",
    "_privet",
    "_quic",
    "_raop",
    "_report",
    "_rfb",
    "_scanner",
    "_sctp",
    "_services",
    "_sftp-ssh",
    "_sip",
    "_sipfederationtls",
    "_sips",
    "_sites",
    "_sleep-proxy",
    "_smb",
    "_smtp",
    "_spf",
    "_spotify-connect",
    "_ssh",
    "_stun",
    "_sub",
    "_submission",
    "_submissions",
    "_tcp",
    "_tls",
    "_turn",
    "_turns",
    "_udp",
    "_universal",
    "_uscan",
    "_uscans",
    "_vlmcs",
    "_workstation",
    "_xmpp-client",
    "_xmpp-server",
};
#define N_SERVICE_LABELS (sizeof(service_labels) / sizeof(service_labels[0]))

/* Labels that stand before or between the underscored ones. */
static const char *const plain_labels[] = {
    "b",
    "cf",
    "db",
    "dc",
    "default-first-site-name",
    "domaindnszones",
    "domains",
    "dr",
    "forestdnszones",
    "gc",
    "lb",
    "pdc",
    "r",
};
#define N_PLAIN_LABELS (sizeof(plain_labels) / sizeof(plain_labels[0]))

static struct view label_at(const struct name_scan *s, unsigned i)
{
	const uint8_t *p = s->lower + s->starts[i];
	return view_of(p + 1, p[0]);
}

static bool is_in(struct view label, const char *const *list, size_t n)
{
	size_t lo = 0, hi = n;
	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		size_t len = strlen(list[mid]);
		int order = memcmp(label.p, list[mid], label.len < len ? label.len : len);
		if (order == 0)
			order = (label.len > len) - (label.len < len);
		if (order == 0)
			return true;
		*(order < 0 ? &hi : &lo) = order < 0 ? mid : mid + 1;
	}
	return false;
}

static bool is_service(struct view label)
{
	return label.p[0] == '_' && is_in(label, service_labels, N_SERVICE_LABELS);
}

static bool is_plain(struct view label)
{
	return is_in(label, plain_labels, N_PLAIN_LABELS);
}

static bool is_octet(struct view label)
{
	unsigned v = 0;
	if (label.len < 1 || label.len > 3 || (label.len > 1 && label.p[0] == '0'))
		return false;
	for (size_t i = 0; i < label.len; i++) {
		if (label.p[i] < '0' || label.p[i] > '9')
			return false;
		v = v * 10 + (label.p[i] - '0');
	}
	return v <= 255;
}

static bool is_nibble(struct view label)
{
	return label.len == 1 && ((label.p[0] >= '0' && label.p[0] <= '9') ||
	                             (label.p[0] >= 'a' && label.p[0] <= 'f'));
}

static bool is_letters(struct view label)
{
	for (size_t i = 0; i < label.len; i++)
		if (label.p[i] < 'a' || label.p[i] > 'z')
			return false;
	return true;
}

/* Address labels right before the reverse zone; before those, at most a DNS-SD prefix. */
static struct folding fold_reverse(const struct name_scan *scan, struct zone_split zone)
{
	struct folding f = {FOLD_NONE, 0, 0, 0};
	bool four = scan->len - zone.zone_at == sizeof("\7in-addr\4arpa");
	unsigned first = zone.zone_label;
	unsigned most = four ? 4 : 32;

	while (first > 0 && zone.zone_label - first < most &&
	       (four ? is_octet(label_at(scan, first - 1)) : is_nibble(label_at(scan, first - 1))))
		first--;
	unsigned prefix = 0;
	while (prefix < first &&
	       (is_service(label_at(scan, prefix)) || is_plain(label_at(scan, prefix))))
		prefix++;
	if (first == zone.zone_label || prefix != first)
		return f;
	f.fold = four ? FOLD_REVERSE4 : FOLD_REVERSE6;
	f.to = zone.zone_label;
	f.bits = BITS(prefix);
	return f;
}

/* The run of service labels, wherever it begins; what stands before it is priced. */
static struct folding fold_services(const struct name_scan *scan, struct zone_split zone)
{
	struct folding f = {FOLD_NONE, 0, 0, 0};
	unsigned from = 0;

	while (from < zone.zone_label && !is_service(label_at(scan, from)))
		from++;
	if (from == zone.zone_label)
		return f;
	unsigned to = from;
	while (to < zone.zone_label &&
	       (is_service(label_at(scan, to)) || is_plain(label_at(scan, to))))
		to++;
	if (from > 0 && is_plain(label_at(scan, from - 1)))
		from--;
	f.fold = FOLD_SERVICE;
	f.from = (uint8_t)from;
	f.to = (uint8_t)to;
	f.bits = BITS(3) * (to - from);
	return f;
}

static struct folding fold_selector(const struct name_scan *scan, struct zone_split zone)
{
	for (unsigned i = 1; i < zone.zone_label; i++)
		if (view_is(label_at(scan, i), "_domainkey"))
			return (struct folding){FOLD_SELECTOR, 0, (uint8_t)(i + 1), BITS(8)};
	return (struct folding){FOLD_NONE, 0, 0, 0};
}

typedef struct folding fold_fn(const struct name_scan *scan, struct zone_split zone);

static bool is_hex(struct view label)
{
	for (size_t i = 0; i < label.len; i++)
		if (!((label.p[i] >= '0' && label.p[i] <= '9') ||
		        (label.p[i] >= 'a' && label.p[i] <= 'f')))
			return false;
	return true;
}

/* The hash of a mailbox' local part, as a mail server asks for its key. */
static struct folding fold_key_hash(const struct name_scan *scan, struct zone_split zone)
{
	enum { HASH_DIGITS = 56 };
	if (zone.zone_label >= 2 && label_at(scan, 0).len == HASH_DIGITS &&
	    is_hex(label_at(scan, 0)) &&
	    (view_is(label_at(scan, 1), "_openpgpkey") || view_is(label_at(scan, 1), "_smimecert")))
		return (struct folding){FOLD_KEY_HASH, 0, 2, BITS(8)};
	return (struct folding){FOLD_NONE, 0, 0, 0};
}

/* Four octets, then the label of a macro: its policy spells out what a message came with. */
static struct folding fold_spf(const struct name_scan *scan, struct zone_split zone)
{
	if (zone.zone_label < 5)
		return (struct folding){FOLD_NONE, 0, 0, 0};
	for (unsigned i = 0; i < 4; i++)
		if (!is_octet(label_at(scan, i)))
			return (struct folding){FOLD_NONE, 0, 0, 0};
	struct view macro = label_at(scan, 4);
	if (!view_is(macro, "_i") && !view_is(macro, "_ip") && !view_is(macro, "in-addr") &&
	    !view_is(macro, "_spf"))
		return (struct folding){FOLD_NONE, 0, 0, 0};
	return (struct folding){FOLD_SPF, 0, zone.zone_label, BITS(8)};
}

struct folding fold_name(
    const struct name_scan *scan, struct zone_split zone, uint16_t qtype, uint16_t flags)
{
	struct folding none = {FOLD_NONE, 0, 0, 0};

	if (zone.zone_label == 0)
		return none;
	if (zone.class == ZONE_REVERSE)
		return fold_reverse(scan, zone);
	if (zone.class == ZONE_UNKNOWN && zone.zone_label == 1) {
		struct view label = label_at(scan, 0);
		if (label.len >= 7 && label.len <= 15 && is_letters(label))
			return (struct folding){FOLD_PROBE, 0, 1, BITS(2)};
		return none;
	}
	if (flags & EV_SEARCH_LIST)
		return (struct folding){FOLD_SEARCH, 0, zone.zone_label, BITS(4)};
	if (qtype == TYPE_TXT || qtype == TYPE_CNAME) {
		struct folding f = fold_selector(scan, zone);
		if (f.fold)
			return f;
	}
	static fold_fn *const others[] = {fold_key_hash, fold_spf, fold_services};
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		struct folding f = others[i](scan, zone);
		if (f.fold)
			return f;
	}
	return none;
}
