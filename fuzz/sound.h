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

/* One batch for all runs of a fuzzer, emptied. */
static inline struct batch *sound_fresh(void)
{
	static struct batch *b;
	if (!b)
		b = batch_init(aligned_alloc(64, (batch_size() + 63) & ~(size_t)63));
	batch_reset(b);
	return b;
}
