/* SPDX-License-Identifier: ISC */
#include "lib/track/suffix.h"

#include <errno.h>

#include "lib/base/cursor.h"

#define NODES 20000u
#define SLOTS 65536u /* a power of two; sparse, as most look-ups end on an empty slot */
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
	uint32_t edge; /* parent << 8 | length */
	uint16_t text;
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

/* The word at p, of which n bytes count, 1 <= n <= 8. Eight bytes must be readable. */
static uint64_t word(const uint8_t *p, unsigned n)
{
	return load_le64(p) & ~UINT64_C(0) >> 8 * (8 - n);
}

static unsigned at_most_8(unsigned n)
{
	return n < 8 ? n : 8;
}

struct label {
	const uint8_t *p;
	uint64_t head;
	uint64_t hash;
	unsigned len;
};

/* The hash mixes the ends of a label and its length, which spreads the list well and takes no
 * branch; the parent enters last, by edge_hash(), so that the labels of a name hash in parallel. */
static inline struct label label_at(const uint8_t *length_byte)
{
	struct label l = {.p = length_byte + 1, .len = *length_byte};
	unsigned n = at_most_8(l.len);
	l.head = word(l.p, n);
	uint64_t h = (l.head ^ l.len) * UINT64_C(0x9e3779b97f4a7c15);
	h ^= word(l.p + l.len - n, n) * UINT64_C(0xbf58476d1ce4e5b9) >> 23;
	l.hash = h * UINT64_C(0x94d049bb133111eb);
	return l;
}

/* 32 bits: the slot in the upper half, the tag in the lower. */
static inline uint32_t edge_hash(unsigned parent, const struct label *l)
{
	return (uint32_t)((l->hash + parent * UINT64_C(0xd6e8feb86659fd93)) >> 32);
}

static inline uint32_t edge_of(unsigned parent, const struct label *l)
{
	return parent << 8 | l->len;
}

static bool has_text(const struct suffix *t, const struct node *n, const struct label *l)
{
	for (unsigned i = 8; i < l->len; i += 8)
		if (t->text[n->text + i / 8 - 1] != word(l->p + i, at_most_8(l->len - i)))
			return false;
	return true;
}

/* The child of parent with this label; ROOT when there is none. */
static inline unsigned find(const struct suffix *t, unsigned parent, const struct label *l)
{
	uint32_t hash = edge_hash(parent, l);
	uint32_t edge = edge_of(parent, l);
	for (uint32_t slot = hash >> 16; t->slots[slot]; slot = (slot + 1) % SLOTS) {
		unsigned id = t->slots[slot] & 0xffff;
		const struct node *n = &t->nodes[id];
		if (t->slots[slot] >> 16 == (hash & 0xffff) && n->head == l->head &&
		    n->edge == edge && (l->len <= 8 || has_text(t, n, l)))
			return id;
	}
	return ROOT;
}

static int add_child(struct suffix *t, unsigned parent, const struct label *l)
{
	unsigned found = find(t, parent, l);
	if (found != ROOT)
		return (int)found;
	unsigned words = (l->len - 1) / 8;
	if (t->n_nodes == NODES || t->n_text + words > TEXT_WORDS)
		return -ENOSPC;
	unsigned id = t->n_nodes++;
	t->nodes[id] = (struct node){
	    .head = l->head, .edge = edge_of(parent, l), .text = (uint16_t)t->n_text};
	for (unsigned i = 8; i < l->len; i += 8)
		t->text[t->n_text++] = word(l->p + i, at_most_8(l->len - i));
	t->nodes[parent].flags |= PARENT;
	uint32_t hash = edge_hash(parent, l);
	uint32_t slot = hash >> 16;
	while (t->slots[slot])
		slot = (slot + 1) % SLOTS;
	t->slots[slot] = hash << 16 | id;
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
		struct label label = label_at(s.lower + s.starts[i]);
		int child = add_child(t, node, &label);
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
	for (unsigned i = n; i-- > 0;) {
		struct label label = label_at(name->lower + name->starts[i]);
		unsigned up = t->nodes[node].flags;
		if (up & WILD)
			m = (struct match){.suffix = i, .site = m.site};
		if (!(up & PARENT))
			break;
		node = find(t, node, &label);
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
