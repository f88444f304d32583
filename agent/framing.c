/* SPDX-License-Identifier: ISC */
#include "agent/framing.h"

#include <string.h>

enum { DNS_HEADER = 12 };

static struct framing_stream *find(struct framing *f, uint64_t cookie)
{
	struct framing_stream *oldest = &f->at[0];

	for (unsigned i = 0; i < FRAMING_STREAMS; i++) {
		if (f->at[i].have && f->at[i].cookie == cookie)
			return &f->at[i];
		if (!f->at[i].have || (oldest->have && f->at[i].used < oldest->used))
			oldest = &f->at[i];
	}
	oldest->cookie = cookie;
	oldest->have = 0;
	return oldest;
}

void framing_feed(
    struct framing *f, uint64_t cookie, const uint8_t *bytes, size_t len, framing_fn *fn, void *ctx)
{
	struct framing_stream *s = find(f, cookie);
	s->used = ++f->clock;

	while (len) {
		size_t need = 2;
		if (s->have >= 2)
			need += (size_t)s->bytes[0] << 8 | s->bytes[1];
		size_t take = need - s->have < len ? need - s->have : len;
		memcpy(s->bytes + s->have, bytes, take);
		s->have += (uint32_t)take;
		bytes += take;
		len -= take;
		if (s->have < 2)
			continue;
		size_t message = (size_t)s->bytes[0] << 8 | s->bytes[1];
		if (message < DNS_HEADER) {
			/* Not DNS, or out of step: start over with the next write. */
			f->bad++;
			s->have = 0;
			return;
		}
		if (s->have == 2 + message) {
			fn(ctx, s->bytes + 2, message);
			s->have = 0;
		}
	}
}
