/* SPDX-License-Identifier: ISC */
#include "lib/track/labels.h"

#include <errno.h>

#include "lib/base/assert.h"

/* Most look-ups end on an empty slot: the table is kept at most a third full. */
static uint32_t slots_for(uint32_t max_nodes)
{
	uint32_t n = 64;
	while (n < 3 * max_nodes && n < 65536)
		n *= 2;
	return n;
}

/* Words of text for the part of labels behind their eighth byte: room for all of them to have
 * twenty-four bytes, which is twice what rules and dictionaries have. */
static uint32_t text_for(uint32_t max_nodes)
{
	return 2 * max_nodes;
}

size_t labels_size(uint32_t max_nodes)
{
	return max_nodes * sizeof(struct labels_node) + text_for(max_nodes) * sizeof(uint64_t) +
	       slots_for(max_nodes) * sizeof(uint32_t) + slots_for(max_nodes) / 8;
}

void labels_init(struct labels *t, void *mem, uint32_t max_nodes)
{
	dh_assert(max_nodes >= 1 && max_nodes <= LABELS_NODES_MAX);
	*t = (struct labels){.nodes = mem,
	    .slot_mask = slots_for(max_nodes) - 1,
	    .n_nodes = 1,
	    .max_nodes = max_nodes,
	    .max_text = text_for(max_nodes)};
	t->text = (uint64_t *)(void *)(t->nodes + max_nodes);
	t->homes = t->text + t->max_text;
	t->slots = (uint32_t *)(void *)(t->homes + slots_for(max_nodes) / 64);
	t->nodes[LABELS_ROOT] = (struct labels_node){0};
	memset(t->homes, 0, slots_for(max_nodes) / 8);
	memset(t->slots, 0, slots_for(max_nodes) * sizeof(t->slots[0]));
}

int labels_add(struct labels *t, unsigned parent, const struct label *l)
{
	unsigned found = labels_find(t, parent, l);
	if (found != LABELS_ROOT)
		return (int)found;
	uint32_t words = (l->len - 1) / 8;
	if (t->n_nodes == t->max_nodes || words > t->max_text - t->n_text)
		return -ENOSPC;
	uint32_t id = t->n_nodes++;
	t->nodes[id] =
	    (struct labels_node){.head = l->head, .edge = parent << 8 | l->len, .text = t->n_text};
	for (unsigned i = 8; i < l->len; i += 8)
		t->text[t->n_text++] = label_word(l->p + i, label_word_bytes(l->len - i));
	uint32_t hash = labels_hash(parent, l);
	uint32_t slot = hash >> 16 & t->slot_mask;
	t->homes[slot / 64] |= (uint64_t)1 << slot % 64;
	while (t->slots[slot])
		slot = (slot + 1) & t->slot_mask;
	t->slots[slot] = hash << 16 | id;
	return (int)id;
}
