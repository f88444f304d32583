/* SPDX-License-Identifier: ISC
 *
 * What must hold of every event, whatever the input was. */
#pragma once

#include "lib/decode/event.h"
#include "lib/decode/name.h"
#include "lib/decode/rdata.h"

static inline void check_answers(struct view answers)
{
	struct answer a;
	while (answer_next(&answers, &a)) {
		uint8_t first = 0;
		/* CNAME, NS, PTR: one name and nothing else when it was well formed. */
		if (a.type == 5 && a.rdlen > 0) {
			size_t n = name_span(a.rdata, a.rdlen);
			dh_assert(n > 0);
		}
		for (size_t i = 0; i < a.rdlen; i++)
			first ^= a.rdata[i]; /* every byte is there to be read */
		(void)first;
	}
	dh_assert(answers.len == 0);
}

static inline void check_batch(const struct batch *b)
{
	for (uint32_t i = 0; i < b->n; i++) {
		const struct event *e = &b->events[i];
		dh_assert((e->flags & (EV_QUERY | EV_RESPONSE)) != 0);
		dh_assert(e->rcode != RCODE_UNKNOWN || e->flags & EV_NOT_DNS);
		if (e->name_len > 0)
			dh_assert(name_span(event_name(b, e), e->name_len) == e->name_len);
		else
			dh_assert(e->flags & EV_NO_NAME);
		check_answers(event_answers(b, e));
	}
}
