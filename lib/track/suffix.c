/* SPDX-License-Identifier: ISC */
#include "lib/track/suffix.h"

#include <errno.h>

#include "lib/base/cursor.h"

#define NODES 20000u
#define SLOTS 32768u /* a power of two; at most 61 % full */
#define TEXT_WORDS 32768u
#define ROOT 0u

enum node_flag {
	LISTED = 1 << 0,  /* on the way to a rule or special name, not only to a site zone */
	PARENT = 1 << 1,  /* has children by name */
	WILD = 1 << 2,    /* "*" is a rule below it */
	RULE = 1 << 3,
	EXCEPT = 1 << 4,
	SITE = 1 << 5,
	SPECIAL = 1 << 6,
	REVERSE = 1 << 7,
};

/* A label below a parent. Its first eight bytes, padded with zeros, stand in head; more of them
 * in words of text. */
struct node {
	uint64_t head;
	uint16_t parent;
	uint16_t text;
	uint8_t len;
	uint8_t flags;
};

struct suffix {
	uint32_t slots[SLOTS]; /* tag << 16 | node; 0 is empty, the root being nobody's child */
	struct node nodes[NODES];
	uint64_t text[TEXT_WORDS];
	uint32_t n_nodes, n_text;
};

/* Special-use names: RFC 6761 (test, localhost, invalid, example), RFC 6762 (local, and those of
 * its appendix G that are in private use), RFC 7686 (onion), RFC 8375 (home.arpa), RFC 9462
 * (resolver.arpa), RFC 9476 (alt), ICANN resolutions 2018.02.04.12 (corp, home, mail) and
 * 2024.07.29.06 (internal); localdomain is what Red Hat's and other installers write. */
static const char *const special_names[] = {"test", "localhost", "invalid", "example", "local",
    "intranet", "internal", "private", "corp", "home", "lan", "onion", "home.arpa",
    "resolver.arpa", "alt", "mail", "localdomain"};
static const char *const reverse_names[] = {"in-addr.arpa", "ip6.arpa"};

/* The word at p, of which n bytes count. Eight bytes must be readable. */
static uint64_t word(const uint8_t *p, unsigned n)
{
	uint64_t w = load_le64(p);
	return n >= 8 ? w : w & ((UINT64_C(1) << 8 * n) - 1);
}

static uint32_t edge_hash(unsigned parent, const uint8_t *label, unsigned len)
{
	uint64_t h = (parent + 1) * UINT64_C(0x9e3779b97f4a7c15) ^ len;
	for (unsigned i = 0; i < len; i += 8) {
		h = (h ^ word(label + i, len - i)) * UINT64_C(0xbf58476d1ce4e5b9);
		h ^= h >> 32;
	}
	return (uint32_t)h;
}

static bool is_child(const struct suffix *t, const struct node *n, unsigned parent,
    const uint8_t *label, unsigned len)
{
	if (n->head != word(label, len) || n->len != len || n->parent != parent)
		return false;
	for (unsigned i = 8; i < len; i += 8)
		if (t->text[n->text + i / 8 - 1] != word(label + i, len - i))
			return false;
	return true;
}

/* The child of parent with this label; ROOT when there is none. ret_slot: where it is or would
 * be entered. */
static unsigned find(const struct suffix *t, unsigned parent, const uint8_t *label, unsigned len,
    uint32_t hash, uint32_t *ret_slot)
{
	uint32_t slot = hash % SLOTS;
	for (; t->slots[slot]; slot = (slot + 1) % SLOTS) {
		unsigned node = t->slots[slot] & 0xffff;
		if (t->slots[slot] >> 16 == hash >> 16 &&
		    is_child(t, &t->nodes[node], parent, label, len))
			return node;
	}
	*ret_slot = slot;
	return ROOT;
}

static int add_child(struct suffix *t, unsigned parent, const uint8_t *label, unsigned len)
{
	uint32_t slot;
	uint32_t hash = edge_hash(parent, label, len);
	unsigned found = find(t, parent, label, len, hash, &slot);
	if (found != ROOT)
		return (int)found;
	unsigned words = (len - 1) / 8;
	if (t->n_nodes == NODES || t->n_text + words > TEXT_WORDS)
		return -ENOSPC;
	unsigned id = t->n_nodes++;
	t->nodes[id] = (struct node){.head = word(label, len),
	    .parent = (uint16_t)parent,
	    .text = (uint16_t)t->n_text,
	    .len = (uint8_t)len};
	for (unsigned i = 8; i < len; i += 8)
		t->text[t->n_text++] = word(label + i, len - i);
	t->nodes[parent].flags |= PARENT;
	t->slots[slot] = (hash & 0xffff0000) | id;
	return (int)id;
}

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
	unsigned node = ROOT;
	if (!scan_text(text, &s))
		return -EINVAL;
	for (unsigned i = s.n_labels; i-- > 0;) {
		const uint8_t *label = s.lower + s.starts[i];
		int child = add_child(t, node, label + 1, label[0]);
		if (child < 0)
			return child;
		node = (unsigned)child;
		t->nodes[node].flags |= (uint8_t)way_flags;
	}
	t->nodes[node].flags |= (uint8_t)end_flags;
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
	/* An exception lifts a rule one label up, so it has at least two labels itself. */
	if (flag == EXCEPT && (!rule.len || !memchr(rule.p, '.', rule.len)))
		return -EINVAL;
	return add_name(t, rule, LISTED, flag);
}

int suffix_add_site(struct suffix *t, struct view zone)
{
	if (has_star(zone))
		return -EINVAL;
	return add_name(t, zone, 0, SITE);
}

size_t suffix_size(void)
{
	return sizeof(struct suffix);
}

struct suffix *suffix_init(void *mem)
{
	struct suffix *t = mem;
	memset(t->slots, 0, sizeof(t->slots));
	t->nodes[ROOT] = (struct node){0};
	t->n_nodes = 1;
	t->n_text = 0;
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
	unsigned node = ROOT;
	uint32_t slot;
	for (unsigned i = n; i-- > 0;) {
		const uint8_t *label = name->lower + name->starts[i];
		unsigned up = t->nodes[node].flags;
		if (up & WILD)
			m = (struct match){.suffix = i, .site = m.site};
		if (!(up & PARENT))
			break;
		node = find(t, node, label + 1, label[0],
		    edge_hash(node, label + 1, label[0]), &slot);
		if (node == ROOT)
			break;
		unsigned flags = t->nodes[node].flags;
		/* A listed top-level domain is a suffix, even if only names below it have rules. */
		if (flags & RULE || (i + 1 == n && flags & LISTED))
			m = (struct match){.suffix = i, .flags = flags, .site = m.site};
		if (flags & SITE)
			m.site = i;
		if (flags & EXCEPT)
			m.suffix = i + 1;
	}
	return m;
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
		zone = m.suffix;
		class = ZONE_REVERSE;
	} else if (m.flags & SPECIAL) {
		class = ZONE_SPECIAL;
	} else if (m.suffix == 0) {
		class = ZONE_SUFFIX;
	}
	return (struct zone_split){.zone_at = scan_at(name, zone),
	    .suffix_at = scan_at(name, m.suffix),
	    .zone_label = (uint8_t)zone,
	    .class = (uint8_t)class};
}
