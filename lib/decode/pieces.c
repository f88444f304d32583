/* SPDX-License-Identifier: ISC */
#include "lib/decode/pieces.h"

#include "lib/base/assert.h"

void pieces_init(struct piece_pool *pool, void *mem, uint32_t n)
{
	pool->pieces = mem;
	pool->n_free = n;
	pool->free = n > 0 ? 0 : PIECE_NONE;
	for (uint32_t i = 0; i < n; i++)
		pool->pieces[i].next = i + 1 < n ? i + 1 : PIECE_NONE;
}

static void give_back(struct piece_pool *pool, uint32_t i)
{
	pool->pieces[i].next = pool->free;
	pool->free = i;
	pool->n_free++;
}

/* A fresh piece at position `at`, linked in behind `prev` (or at the head). */
static uint32_t link_new(
    struct piece_pool *pool, struct piece_list *list, uint32_t prev, uint32_t at)
{
	uint32_t i = pool->free;
	struct piece *piece = &pool->pieces[i];
	uint32_t *from = prev == PIECE_NONE ? &list->head : &pool->pieces[prev].next;

	pool->free = piece->next;
	pool->n_free--;
	piece->at = at;
	piece->len = 0;
	piece->next = *from;
	*from = i;
	list->n++;
	return i;
}

/* Store bytes that nothing overlaps, behind `prev`; *ret_prev is the piece they end in. */
static bool fill(struct piece_pool *pool, struct piece_list *list, uint32_t prev, uint32_t at,
    struct view v, uint32_t max_pieces, uint32_t *ret_prev)
{
	while (v.len > 0) {
		struct piece *piece = prev == PIECE_NONE ? NULL : &pool->pieces[prev];
		if (!piece || piece->at + piece->len != at || piece->len == PIECE_BYTES) {
			if (pool->free == PIECE_NONE || list->n >= max_pieces)
				return false;
			prev = link_new(pool, list, prev, at);
			piece = &pool->pieces[prev];
		}
		size_t room = PIECE_BYTES - piece->len, n = v.len < room ? v.len : room;
		memcpy(piece->bytes + piece->len, v.p, n);
		piece->len += (uint32_t)n;
		at += (uint32_t)n;
		v = view_of(v.p + n, v.len - n);
	}
	*ret_prev = prev;
	return true;
}

bool pieces_add(struct piece_pool *pool, struct piece_list *list, uint32_t at, struct view v,
    uint32_t max_pieces, size_t *ret_new)
{
	uint32_t prev = PIECE_NONE, i = list->head;
	size_t added = 0;

	while (v.len > 0) {
		while (i != PIECE_NONE && !seq_before(at, pool->pieces[i].at)) {
			/* The piece begins at or before us: skip what it already has. */
			uint32_t covered = pool->pieces[i].at + pool->pieces[i].len - at;
			if ((int32_t)covered > 0) {
				size_t n = covered < v.len ? covered : v.len;
				at += (uint32_t)n;
				v = view_of(v.p + n, v.len - n);
			}
			prev = i;
			i = pool->pieces[i].next;
		}
		size_t gap = i == PIECE_NONE ? v.len : pool->pieces[i].at - at;
		size_t n = gap < v.len ? gap : v.len;
		if (!fill(pool, list, prev, at, view_of(v.p, n), max_pieces, &prev))
			return false;
		at += (uint32_t)n;
		added += n;
		v = view_of(v.p + n, v.len - n);
	}
	*ret_new = added;
	return true;
}

size_t pieces_run(const struct piece_pool *pool, const struct piece_list *list, uint32_t from)
{
	uint32_t at = from;
	for (uint32_t i = list->head; i != PIECE_NONE && pool->pieces[i].at == at;
	     i = pool->pieces[i].next)
		at += pool->pieces[i].len;
	return at - from;
}

bool pieces_has_after(const struct piece_pool *pool, const struct piece_list *list, uint32_t from)
{
	uint32_t i = list->head;
	while (i != PIECE_NONE && seq_before(pool->pieces[i].at, from))
		i = pool->pieces[i].next;
	return i != PIECE_NONE;
}

void pieces_copy(const struct piece_pool *pool, const struct piece_list *list, uint32_t from,
    size_t n, uint8_t *out)
{
	for (uint32_t i = list->head; n > 0; i = pool->pieces[i].next) {
		dh_assert(i != PIECE_NONE);
		const struct piece *piece = &pool->pieces[i];
		uint32_t skip = from - piece->at;
		if (skip >= piece->len)
			continue;
		size_t part = piece->len - skip < n ? piece->len - skip : n;
		memcpy(out, piece->bytes + skip, part);
		out += part;
		from += (uint32_t)part;
		n -= part;
	}
}

void pieces_drop(struct piece_pool *pool, struct piece_list *list, uint32_t upto)
{
	while (list->head != PIECE_NONE) {
		struct piece *piece = &pool->pieces[list->head];
		if (!seq_before(piece->at, upto))
			return;
		uint32_t gone = upto - piece->at;
		if (gone < piece->len) {
			piece->len -= gone;
			piece->at = upto;
			memmove(piece->bytes, piece->bytes + gone, piece->len);
			return;
		}
		uint32_t i = list->head;
		list->head = piece->next;
		list->n--;
		give_back(pool, i);
	}
}

void pieces_reset(struct piece_pool *pool, struct piece_list *list)
{
	while (list->head != PIECE_NONE) {
		uint32_t i = list->head;
		list->head = pool->pieces[i].next;
		give_back(pool, i);
	}
	list->n = 0;
}
