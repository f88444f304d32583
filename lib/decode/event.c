/* SPDX-License-Identifier: ISC */
#include "lib/decode/event.h"

#include "lib/decode/asker.h"

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
	return head_size() + BATCH_EVENTS * sizeof(struct event) + BATCH_ARENA +
	       BATCH_ASKERS * sizeof(struct asker);
}

struct batch *batch_init(void *mem)
{
	dh_assert(((uintptr_t)mem & 63) == 0);
	struct batch *b = mem;
	b->events = (struct event *)(void *)((uint8_t *)mem + head_size());
	b->arena = (uint8_t *)(b->events + BATCH_EVENTS);
	b->askers = (struct asker *)(void *)(b->arena + BATCH_ARENA);
	batch_reset(b);
	return b;
}

void batch_reset(struct batch *b)
{
	b->n = 0;
	b->n_askers = 0;
	b->arena_used = 0;
	b->records = 0;
	b->skipped = 0;
	memset(b->malformed, 0, sizeof(b->malformed));
}
