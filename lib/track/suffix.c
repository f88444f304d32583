/* SPDX-License-Identifier: ISC */
#include "lib/track/suffix.h"

#include <errno.h>

#include "lib/track/labels.h"

#define NODES 20000u

enum node_flag {
	LISTED = 1 << 0, /* on the way to a rule or special name, not only to a site zone */
	PARENT = 1 << 1, /* has children by name */
	WILD = 1 << 2,   /* "*" is a rule below it */
	RULE = 1 << 3,
	EXCEPT = 1 << 4,
	SITE = 1 << 5,
	SPECIAL = 1 << 6,
	REVERSE = 1 << 7,
};

struct suffix {
	struct labels tree;
	uint8_t flags[NODES]; /* of each of its nodes */
};

/* Special-use names: RFC 6761 (test, localhost, invalid, example), RFC 6762 (local, and those of
 * its appendix G that are in private use), RFC 7686 (onion), RFC 8375 (home.arpa), RFC 9462
 * (resolver.arpa), RFC 9476 (alt), ICANN resolutions 2018.02.04.12 (corp, home, mail) and
 * 2024.07.29.06 (internal); localdomain is what Red Hat's and other installers write. */
static const char *const special_names[] = {"test", "localhost", "invalid", "example", "local",
    "intranet", "internal", "private", "corp", "home", "lan", "onion", "home.arpa", "resolver.arpa",
    "alt", "mail", "localdomain"};
static const char *const reverse_names[] = {"in-addr.arpa", "ip6.arpa"};

/* A name in text form, without escapes, to a scanned wire name. */
static bool scan_text(struct view text, struct name_scan *ret)
{
	uint8_t wire[NAME_WIRE_MAX];
	unsigned start = 0; /* of the open label's length byte */
	unsigned at = 1;
	if (text.len && text.p[text.len - 1] == '.')
		text.len--;
	if (text.len == 0 || text.len > NAME_WIRE_MAX - 2)
		return false;
	for (size_t i = 0; i <= text.len; i++) {
		if (i < text.len && text.p[i] != '.') {
			if (text.p[i] <= ' ' || text.p[i] >= 0x7f)
				return false;
			wire[at++] = text.p[i];
			continue;
		}
		unsigned len = at - start - 1;
		if (len == 0 || len > 63)
			return false;
		wire[start] = (uint8_t)len;
		start = at++;
	}
	wire[start] = 0;
	scan_name(ret, wire, at);
	return true;
}

/* Enter a name and put flags on its last node. */
static int add_name(struct suffix *t, struct view text, unsigned way_flags, unsigned end_flags)
{
	struct name_scan s;
	unsigned node = LABELS_ROOT;
	if (!scan_text(text, &s))
		return -EINVAL;
	for (unsigned i = s.n_labels; i-- > 0;) {
		struct label label = label_at(s.lower + s.starts[i]);
		int child = labels_add(&t->tree, node, &label);
		if (child < 0)
			return child;
		t->flags[node] |= PARENT;
		node = (unsigned)child;
		t->flags[node] |= (uint8_t)way_flags;
	}
	t->flags[node] |= (uint8_t)end_flags;
	return 0;
}

static bool has_star(struct view v)
{
	return v.len && memchr(v.p, '*', v.len);
}

int suffix_add(struct suffix *t, struct view rule)
{
	unsigned flag = RULE;
	if (view_starts(rule, "*.")) {
		flag = WILD;
		rule = view_of(rule.p + 2, rule.len - 2);
	} else if (view_starts(rule, "!")) {
		flag = EXCEPT;
		rule = view_of(rule.p + 1, rule.len - 1);
	}
	/* The list's grammar allows stars elsewhere; no rule has ever used it. */
	if (has_star(rule) || view_starts(rule, "!"))
		return -EINVAL;
	/* An exception lifts a rule one label up, so it has at least two labels itself; a final dot
	 * makes none. */
	if (flag == EXCEPT && (!rule.len || !memchr(rule.p, '.', rule.len - 1)))
		return -EINVAL;
	return add_name(t, rule, LISTED, flag);
}

int suffix_add_site(struct suffix *t, struct view zone)
{
	if (has_star(zone))
		return -EINVAL;
	return add_name(t, zone, 0, SITE);
}

/* The tree lies behind the struct. */
static size_t tree_at(void)
{
	return (sizeof(struct suffix) + 63) & ~(size_t)63;
}

size_t suffix_size(void)
{
	return tree_at() + labels_size(NODES);
}

struct suffix *suffix_init(void *mem)
{
	struct suffix *t = mem;
	labels_init(&t->tree, (uint8_t *)mem + tree_at(), NODES);
	memset(t->flags, 0, sizeof(t->flags));
	for (size_t i = 0; i < sizeof(special_names) / sizeof(special_names[0]); i++)
		(void)add_name(t, view_str(special_names[i]), LISTED, RULE | SPECIAL);
	for (size_t i = 0; i < sizeof(reverse_names) / sizeof(reverse_names[0]); i++)
		(void)add_name(t, view_str(reverse_names[i]), LISTED, RULE | REVERSE);
	return t;
}

/* What the walk down the tree found; label numbers count from the left, n_labels is none. */
struct match {
	unsigned suffix; /* where the prevailing rule begins */
	unsigned flags;  /* of its node */
	unsigned site;
};

/* The prevailing rule is the longest, an exception before all (https://publicsuffix.org/list/,
 * "Formal Algorithm"). */
static struct match match(const struct suffix *t, const struct name_scan *name)
{
	unsigned n = name->n_labels;
	struct match m = {.suffix = n, .site = n};
	unsigned node = LABELS_ROOT;
	bool lifted = false;
	for (unsigned i = n; i-- > 0;) {
		struct label label = label_at(name->lower + name->starts[i]);
		unsigned up = t->flags[node];
		if (up & WILD && !lifted)
			m = (struct match){.suffix = i, .site = m.site};
		if (!(up & PARENT))
			break;
		node = labels_find(&t->tree, node, &label);
		if (node == LABELS_ROOT)
			break;
		unsigned flags = t->flags[node];
		/* A listed top-level domain is a suffix, even if only names below it have rules. */
		if ((flags & RULE && !lifted) || (i + 1 == n && flags & LISTED))
			m = (struct match){.suffix = i, .flags = flags, .site = m.site};
		if (flags & SITE)
			m.site = i;
		if (flags & EXCEPT) {
			m.suffix = i + 1;
			lifted = true;
		}
	}
	return m;
}

/* IPv4's reverse tree is one zone: what can be told below one delegation is bounded by its
 * addresses. Below ip6.arpa anybody with a prefix has 80 bits a name, so each /32, the least that
 * registries hand out, is a zone of its own. */
static unsigned reverse_zone(const struct name_scan *name, unsigned suffix)
{
	enum { NIBBLES = 8 };
	unsigned zone = suffix;
	if (name->lower[scan_at(name, suffix)] != 3) /* "ip6", not "in-addr" */
		return suffix;
	while (zone > 0 && suffix - zone < NIBBLES && name->lower[scan_at(name, zone - 1)] == 1)
		zone--;
	return zone;
}

struct zone_split suffix_split(const struct suffix *t, const struct name_scan *name)
{
	struct match m = match(t, name);
	unsigned n = name->n_labels;
	unsigned zone = m.suffix ? m.suffix - 1 : 0;
	enum zone_class class = ZONE_REGISTERED;
	if (m.site < n) {
		zone = m.site;
		class = ZONE_SITE;
	} else if (n == 0) {
		class = ZONE_SUFFIX;
	} else if (m.suffix == n) {
		zone = n;
		class = ZONE_UNKNOWN;
	} else if (m.flags & REVERSE) {
		zone = reverse_zone(name, m.suffix);
		class = ZONE_REVERSE;
	} else if (m.flags & SPECIAL) {
		class = ZONE_SPECIAL;
	} else if (m.suffix == 0) {
		class = ZONE_SUFFIX;
	}
	return (struct zone_split){.zone_at = scan_at(name, zone),
	    .suffix_at = scan_at(name, m.suffix),
	    .zone_label = (uint8_t)zone,
	    .class = (uint8_t) class};
}
