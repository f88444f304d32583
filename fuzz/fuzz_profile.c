/* SPDX-License-Identifier: ISC
 *
 * Events of any shape through each profile, in the smallest memory, so that full tables are
 * reached. The first byte chooses the profile; each event takes a header (repeat count, time,
 * client, type) and a name. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/assert.h"
#include "lib/base/cursor.h"
#include "lib/judge/profile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct tally {
	uint64_t rows;
};

static void count_row(void *ctx, const struct profile_row *row)
{
	struct tally *t = ctx;
	t->rows++;
	if (row->kind == PROFILE_POINTS)
		dh_assert(row->points.score >= 50 && row->points.score <= 100 &&
		          row->points.domain.len > 0 &&
		          row->points.first_ns <= row->points.last_ns);
	else if (row->kind == PROFILE_HUNT)
		dh_assert(row->hunt.query_count > 20 && row->hunt.top_domain.len <= 63 &&
		          row->hunt.max_length <= 253 && row->hunt.first_ns <= row->hunt.last_ns);
	else
		dh_assert(row->listener.flags != 0 && row->listener.entropy_milli <= 8000);
}

/* A valid wire name of what the cursor gives; length bytes are cut to fit. */
static size_t name_from(struct cursor *c, uint8_t wire[255])
{
	size_t at = 0;
	while (at < 254) {
		size_t len = cursor_u8(c) & 63;
		len = len > 253 - at ? 253 - at : len;
		const uint8_t *label = len ? cursor_take(c, len) : NULL;
		if (!label)
			break;
		wire[at] = (uint8_t)len;
		memcpy(wire + at + 1, label, len);
		at += len + 1;
	}
	wire[at] = 0;
	return at + 1;
}

/* Ask the same again and again, each time with a counter in the first label's first bytes. */
static void feed_many(struct profile *p, struct batch *b, struct event head,
    const uint8_t client[2], uint8_t *wire, size_t len, uint32_t times)
{
	for (uint32_t i = 0; i < times; i++) {
		struct endpoints *ends = NULL;
		batch_reset(b);
		struct event *e = batch_open(b, &ends);
		memcpy(ends->client + 14, client, 2);
		if (wire[0] >= 2) {
			wire[1] = (uint8_t)(wire[1] + 1);
			wire[2] = (uint8_t)(wire[2] + (wire[1] == 0));
		}
		e->time_ns = head.time_ns;
		e->qtype = head.qtype;
		e->flags = head.flags;
		dh_assert(batch_name(b, e, wire, len));
		batch_commit(b, e);
		profile_feed(p, b, &b->events[0]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hash_key key = {1, 2};
	static struct batch *b;
	struct cursor c = cursor_over(view_of(data, size));
	enum profile_kind kind = cursor_u8(&c) % PROFILE_KINDS;
	struct tally tally = {0};
	struct profile_sink sink = {count_row, &tally};
	size_t bytes = profile_size(kind, 0);
	void *mem = aligned_alloc(64, bytes);
	memset(mem, 0, bytes);
	if (!b) /* large, and the same for every input */
		b = batch_init(aligned_alloc(64, (batch_size() + 63) & ~(size_t)63));
	struct profile *p = profile_init(mem, kind, 0, &key, &sink);
	while (cursor_left(&c) > 0) {
		uint8_t wire[255], client[2];
		uint32_t times = cursor_u8(&c) + 1u;
		struct event head = {.time_ns = (int64_t)cursor_u64(&c),
		    .qtype = cursor_u8(&c),
		    .flags = EV_QUERY | (cursor_u8(&c) & EV_RESPONSE)};
		client[0] = cursor_u8(&c);
		client[1] = cursor_u8(&c);
		feed_many(p, b, head, client, wire, name_from(&c, wire), times);
	}
	profile_finish(p);
	dh_assert(profile_stats(p).flagged == tally.rows);
	free(mem);
	return 0;
}
