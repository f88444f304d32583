/* SPDX-License-Identifier: ISC */
#include "lib/decode/flow.h"

#include "lib/base/assert.h"

static struct flow_link *link_at(const struct flow_table *t, uint32_t i)
{
	return (struct flow_link *)(void *)(t->entries + i * t->stride);
}

size_t flow_size(uint32_t n, size_t stride)
{
	return n * (stride + 2 * sizeof(uint32_t));
}

void flow_init(struct flow_table *t, void *mem, uint32_t n, size_t stride)
{
	dh_assert(n > 0 && (n & (n - 1)) == 0 && stride % 8 == 0);
	*t = (struct flow_table){.entries = mem, .stride = stride, .mask = n - 1};
	t->buckets = (uint32_t *)(void *)(t->entries + n * stride);
	for (uint32_t i = 0; i < n; i++) {
		t->buckets[i] = FLOW_NONE;
		link_at(t, i)->chain = i + 1 < n ? i + 1 : FLOW_NONE;
	}
	for (uint32_t i = 0; i < FLOW_LISTS; i++)
		t->lists[i] = (struct flow_list){.oldest = FLOW_NONE, .newest = FLOW_NONE};
}

static uint32_t find_from(const struct flow_table *t, uint32_t i, uint64_t hash)
{
	while (i != FLOW_NONE && link_at(t, i)->hash != hash)
		i = link_at(t, i)->chain;
	return i;
}

uint32_t flow_find(const struct flow_table *t, uint64_t hash)
{
	return find_from(t, t->buckets[hash & t->mask], hash);
}

uint32_t flow_find_next(const struct flow_table *t, uint32_t i)
{
	return find_from(t, link_at(t, i)->chain, link_at(t, i)->hash);
}

static void list_push(struct flow_table *t, uint32_t i, uint32_t list)
{
	struct flow_list *l = &t->lists[list];
	struct flow_link *e = link_at(t, i);
	e->list = list;
	e->newer = FLOW_NONE;
	e->older = l->newest;
	if (l->newest != FLOW_NONE)
		link_at(t, l->newest)->newer = i;
	else
		l->oldest = i;
	l->newest = i;
	l->n++;
}

static void list_unlink(struct flow_table *t, uint32_t i)
{
	struct flow_link *e = link_at(t, i);
	struct flow_list *l = &t->lists[e->list];
	if (e->older != FLOW_NONE)
		link_at(t, e->older)->newer = e->newer;
	else
		l->oldest = e->newer;
	if (e->newer != FLOW_NONE)
		link_at(t, e->newer)->older = e->older;
	else
		l->newest = e->older;
	l->n--;
}

uint32_t flow_insert(struct flow_table *t, uint64_t hash, uint32_t list)
{
	uint32_t i = t->free, *bucket = &t->buckets[hash & t->mask];
	if (i == FLOW_NONE)
		return FLOW_NONE;
	struct flow_link *e = link_at(t, i);
	t->free = e->chain;
	e->hash = hash;
	e->chain = *bucket;
	*bucket = i;
	list_push(t, i, list);
	return i;
}

void flow_move(struct flow_table *t, uint32_t i, uint32_t list)
{
	list_unlink(t, i);
	list_push(t, i, list);
}

void flow_remove(struct flow_table *t, uint32_t i)
{
	struct flow_link *e = link_at(t, i);
	uint32_t *from = &t->buckets[e->hash & t->mask];
	while (*from != i)
		from = &link_at(t, *from)->chain;
	*from = e->chain;
	list_unlink(t, i);
	e->chain = t->free;
	t->free = i;
}
