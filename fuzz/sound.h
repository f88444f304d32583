/* SPDX-License-Identifier: ISC
 *
 * What holds of every batch, whatever was read into it. */
#pragma once

#include <stdlib.h>

#include "lib/decode/event.h"

static inline void sound_name(const uint8_t *wire, size_t len)
{
	size_t at = 0;
	while (wire[at]) {
		dh_assert(wire[at] <= 63);
		at += 1u + wire[at];
		dh_assert(at < len);
	}
	dh_assert(at + 1 == len);
}

static inline void sound_batch(const struct batch *b)
{
	uint64_t counted = b->n + b->skipped;
	for (unsigned i = 0; i < MALFORMED_COUNT; i++)
		counted += b->malformed[i];
	/* Every record gave an event or was counted. */
	dh_assert(counted >= b->records);
	for (uint32_t i = 0; i < b->n; i++) {
		const struct event *e = &b->events[i];
		/* What is no DNS has its bytes there. */
		struct view answers =
		    e->flags & EV_NOT_DNS ? view_of(NULL, 0) : event_answers(b, e);
		struct answer a;
		if (e->name_len)
			sound_name(event_name(b, e), e->name_len);
		else
			dh_assert(e->flags & EV_NO_NAME);
		while (answer_next(&answers, &a))
			;
		dh_assert(answers.len == 0);
	}
}

/* Two batches hold the same. */
static inline void sound_same(const struct batch *a, const struct batch *b)
{
	dh_assert(a->n == b->n && a->records == b->records && a->skipped == b->skipped);
	dh_assert(memcmp(a->malformed, b->malformed, sizeof(a->malformed)) == 0);
	for (uint32_t i = 0; i < a->n; i++) {
		const struct event *e = &a->events[i], *f = &b->events[i];
		dh_assert(memcmp(e, f, sizeof(*e)) == 0);
		dh_assert(memcmp(a->arena + e->arena_off, b->arena + f->arena_off,
		              event_end(e) - e->arena_off) == 0);
	}
}

/* One of two batches for all runs of a fuzzer, emptied. */
static inline struct batch *sound_fresh_of(unsigned n)
{
	static struct batch *b[2];
	if (!b[n])
		b[n] = batch_init(aligned_alloc(64, (batch_size() + 63) & ~(size_t)63));
	batch_reset(b[n]);
	return b[n];
}

static inline struct batch *sound_fresh(void)
{
	return sound_fresh_of(0);
}

/* Lines with blank ones behind them, which count for nothing: those that have much behind them are
 * read another way than the last ones. For free(). */
static inline uint8_t *sound_wide(const uint8_t *lines, size_t len, size_t *ret_len)
{
	uint8_t *wide = malloc(len + 100);
	view_copy(wide, view_of(lines, len));
	memset(wide + len, '\n', 100);
	*ret_len = len + 100;
	return wide;
}
