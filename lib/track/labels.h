/* SPDX-License-Identifier: ISC
 *
 * A tree of labels in one open-addressed table of edges (parent, label): the suffix list's rules
 * and the host-name model's dictionary live in it. Filled at start and only read afterwards; what
 * is looked up never enters it, so its hash needs no key: who knows it can make look-ups a few
 * probes longer, and no more. Labels are compared whole, so he cannot make one pass for another.
 *
 * Labels are handled as words of eight bytes; seven bytes behind one must be readable, as they
 * are in struct name_scan. */
#pragma once

#include "lib/base/cursor.h"

#define LABELS_ROOT 0u
#define LABELS_NODES_MAX 0xffffu

/* Its first eight bytes stand in head, padded with zeros; what is more, in words of text. */
struct labels_node {
	uint64_t head;
	uint32_t edge; /* parent << 8 | length */
	uint32_t text;
};

struct labels {
	uint32_t *slots; /* tag << 16 | node; 0 is empty, the root being nobody's child */
	uint64_t *homes; /* a bit for each slot: some label belongs there. Most labels are in no
	                  * tree, and this much of it stays in the nearest cache */
	struct labels_node *nodes;
	uint64_t *text;
	uint32_t slot_mask;
	uint32_t n_nodes, max_nodes; /* the root is one of them */
	uint32_t n_text, max_text;
};

/* Memory for max_nodes nodes (the root counts; at most LABELS_NODES_MAX). */
size_t labels_size(uint32_t max_nodes);
/* Lay an empty tree out in mem, 8-byte aligned. */
void labels_init(struct labels *t, void *mem, uint32_t max_nodes);

struct label {
	const uint8_t *p;
	uint64_t head, hash;
	unsigned len;
};

static inline unsigned label_word_bytes(unsigned n)
{
	return n < 8 ? n : 8;
}

/* The word at p, of which n bytes count, 1 <= n <= 8. */
static inline uint64_t label_word(const uint8_t *p, unsigned n)
{
	return load_le64(p) & ~UINT64_C(0) >> 8 * (8 - n);
}

/* The label at its length byte, 1 to 63. Its hash mixes both ends and the length, which spreads
 * host names well and takes no branch. */
static inline struct label label_at(const uint8_t *length_byte)
{
	struct label l = {.p = length_byte + 1, .len = *length_byte};
	unsigned n = label_word_bytes(l.len);
	l.head = label_word(l.p, n);
	uint64_t h = (l.head ^ l.len) * UINT64_C(0x9e3779b97f4a7c15);
	h ^= label_word(l.p + l.len - n, n) * UINT64_C(0xbf58476d1ce4e5b9) >> 23;
	l.hash = h * UINT64_C(0x94d049bb133111eb);
	return l;
}

/* The parent enters last, so that the labels of a name hash in parallel. Upper half: the slot;
 * lower half: the tag. */
static inline uint32_t labels_hash(unsigned parent, const struct label *l)
{
	return (uint32_t)((l->hash + parent * UINT64_C(0xd6e8feb86659fd93)) >> 32);
}

static inline bool labels_same_text(
    const struct labels *t, const struct labels_node *n, const struct label *l)
{
	const uint64_t *text = t->text + n->text;
	for (unsigned i = 8; i < l->len; i += 8)
		if (*text++ != label_word(l->p + i, label_word_bytes(l->len - i)))
			return false;
	return true;
}

/* The child of parent with this label; LABELS_ROOT when there is none. */
static inline unsigned labels_find(const struct labels *t, unsigned parent, const struct label *l)
{
	uint32_t hash = labels_hash(parent, l);
	uint32_t edge = parent << 8 | l->len;
	uint32_t slot = hash >> 16 & t->slot_mask;
	if (!(t->homes[slot / 64] >> slot % 64 & 1))
		return LABELS_ROOT;
	for (; t->slots[slot]; slot = (slot + 1) & t->slot_mask) {
		unsigned id = t->slots[slot] & 0xffff;
		const struct labels_node *n = &t->nodes[id];
		if (t->slots[slot] >> 16 == (hash & 0xffff) && n->head == l->head &&
		    n->edge == edge && (l->len <= 8 || labels_same_text(t, n, l)))
			return id;
	}
	return LABELS_ROOT;
}

/* The same, entered where it is missing; -ENOSPC when the tree is full. */
int labels_add(struct labels *t, unsigned parent, const struct label *l);
