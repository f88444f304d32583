/* SPDX-License-Identifier: ISC */
#include "lib/decode/event.h"

static const char *const texts[MALFORMED_COUNT] = {
#define X(name, text) [MALFORMED_##name] = text,
    MALFORMED_LIST(X)
#undef X
};

const char *malformed_text(enum malformed reason)
{
	dh_assert((unsigned)reason < MALFORMED_COUNT);
	return texts[reason];
}

static size_t head_size(void)
{
	return (sizeof(struct batch) + 63) & ~(size_t)63;
}

size_t batch_size(void)
{
	return head_size() + BATCH_EVENTS * sizeof(struct event) + BATCH_ARENA;
}

struct batch *batch_init(void *mem)
{
	dh_assert(((uintptr_t)mem & 63) == 0);
	struct batch *b = mem;
	b->events = (struct event *)(void *)((uint8_t *)mem + head_size());
	b->arena = (uint8_t *)(b->events + BATCH_EVENTS);
	batch_reset(b);
	return b;
}

void batch_reset(struct batch *b)
{
	b->n = 0;
	b->arena_used = 0;
	b->records = 0;
	b->skipped = 0;
	memset(b->malformed, 0, sizeof(b->malformed));
}

/* End of the open event's block, relative to the arena. */
static uint32_t block_end(const struct event *e)
{
	return e->arena_off + (uint32_t)sizeof(struct endpoints) + e->name_len + e->answers_len;
}

struct event *batch_open(struct batch *b, struct endpoints **ret_ends)
{
	if (b->n == BATCH_EVENTS || BATCH_ARENA - b->arena_used < EVENT_ARENA_MAX) {
		batch_malformed(b, MALFORMED_BATCH_LIMIT);
		return NULL;
	}
	struct event *e = &b->events[b->n];
	*e = (struct event){.arena_off = b->arena_used, .rcode = RCODE_UNKNOWN};
	struct endpoints *ends = (struct endpoints *)(void *)(b->arena + b->arena_used);
	*ends = (struct endpoints){0};
	*ret_ends = ends;
	return e;
}

uint8_t *batch_grow(struct batch *b, struct event *e, size_t bytes)
{
	uint32_t end = block_end(e);
	if (bytes > EVENT_ARENA_MAX || end - e->arena_off + bytes > EVENT_ARENA_MAX)
		return NULL;
	return b->arena + end;
}

bool batch_name(struct batch *b, struct event *e, const uint8_t *wire, size_t len)
{
	dh_assert(len >= 1 && len <= 255 && e->name_len == 0 && e->answers_len == 0);
	uint8_t *to = batch_grow(b, e, len);
	if (!to)
		return false;
	memcpy(to, wire, len);
	e->name_len = (uint8_t)len;
	return true;
}

bool batch_answer(struct batch *b, struct event *e, uint16_t type, uint32_t ttl, struct view rdata)
{
	uint8_t *to = batch_grow(b, e, ANSWER_HEADER + rdata.len);
	if (!to) {
		e->flags |= EV_ANSWERS_CUT;
		return false;
	}
	uint16_t rdlen = (uint16_t)rdata.len;
	memcpy(to, &type, 2);
	memcpy(to + 2, &rdlen, 2);
	memcpy(to + 4, &ttl, 4);
	if (rdata.len)
		memcpy(to + ANSWER_HEADER, rdata.p, rdata.len);
	e->answers_len = (uint16_t)(e->answers_len + ANSWER_HEADER + rdata.len);
	return true;
}

void batch_commit(struct batch *b, struct event *e)
{
	dh_assert(e == &b->events[b->n]);
	b->n++;
	b->arena_used = (block_end(e) + 7u) & ~7u;
}

bool answer_next(struct view *v, struct answer *ret)
{
	if (v->len < ANSWER_HEADER)
		return false;
	memcpy(&ret->type, v->p, 2);
	memcpy(&ret->rdlen, v->p + 2, 2);
	memcpy(&ret->ttl, v->p + 4, 4);
	dh_assert(v->len - ANSWER_HEADER >= ret->rdlen);
	ret->rdata = v->p + ANSWER_HEADER;
	v->p += ANSWER_HEADER + ret->rdlen;
	v->len -= ANSWER_HEADER + ret->rdlen;
	return true;
}
