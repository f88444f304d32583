/* SPDX-License-Identifier: ISC */
#include "lib/carve/carve.h"

struct carve_event carve_event_of(
    const struct batch *b, const struct event *e, uint8_t top_at, uint64_t number)
{
	struct carve_event c = {
	    .time_ns = e->time_ns,
	    .number = number,
	    .qtype = e->qtype,
	    .flags = e->flags,
	    .rcode = e->rcode,
	    .top_at = top_at,
	};
	struct view answers = event_answers(b, e);
	if (e->flags & EV_NOT_DNS) {
		c.payload = answers;
	} else {
		c.name = view_of(event_name(b, e), e->name_len);
		c.answers = answers;
	}
	return c;
}
