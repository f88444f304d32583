/* SPDX-License-Identifier: ISC
 *
 * What the tests of the log formats share: a batch, one line into it, and its event looked at. */
#pragma once

#include <stdlib.h>

#include "lib/decode/event.h"
#include "lib/decode/lines.h"

static inline struct batch *logs_batch(void)
{
	return batch_init(aligned_alloc(64, (batch_size() + 63) & ~(size_t)63));
}

/* Batches hold the same, byte for byte. */
static inline void logs_assert_same(const struct batch *a, const struct batch *b)
{
	assert_int_equal(a->n, b->n);
	assert_int_equal(a->records, b->records);
	assert_int_equal(a->skipped, b->skipped);
	assert_memory_equal(a->malformed, b->malformed, sizeof(a->malformed));
	assert_memory_equal(a->events, b->events, a->n * sizeof(*a->events));
	for (uint32_t i = 0; i < a->n; i++) {
		const struct event *e = &a->events[i];
		assert_memory_equal(
		    a->arena + e->arena_off, b->arena + e->arena_off, event_end(e) - e->arena_off);
	}
}

/* The text with blank lines behind it, which count for nothing: lines that have much behind them
 * are read another way than the last ones of a chunk. For free(). */
static inline char *logs_wide(const char *text, size_t *ret_len)
{
	size_t len = strlen(text);
	char *wide = malloc(len + 101);
	memcpy(wide, text, len);
	memset(wide + len, '\n', 100);
	wide[len + 100] = 0;
	*ret_len = len + 100;
	return wide;
}

/* Read lines of JSON either way, with the same outcome. */
static inline void logs_json(struct batch *b, const char *lines, const struct line_meta *meta)
{
	size_t len;
	char *wide = logs_wide(lines, &len);
	struct batch *other = logs_batch();
	json_lines(view_of(wide, len), meta, other);
	json_lines(view_str(lines), meta, b);
	logs_assert_same(b, other);
	free(other);
	free(wide);
}

/* The event of one line of JSON, which must give exactly one and count nothing bad. */
static inline const struct event *logs_json_event(struct batch *b, const char *line)
{
	static const struct line_meta meta = {.site = 2, .source = 9};
	batch_reset(b);
	logs_json(b, line, &meta);
	assert_int_equal(b->records, 1);
	for (int i = 0; i < MALFORMED_COUNT; i++)
		assert_int_equal(b->malformed[i], 0);
	assert_int_equal(b->n, 1);
	assert_int_equal(event_ends(b, b->events)->site, 2);
	assert_int_equal(event_ends(b, b->events)->source, 9);
	return b->events;
}

/* The reason for which one line of JSON is refused. */
static inline enum malformed logs_json_reason(struct batch *b, const char *line)
{
	static const struct line_meta meta = {0};
	int reason = -1;
	batch_reset(b);
	logs_json(b, line, &meta);
	assert_int_equal(b->n, 0);
	for (int i = 0; i < MALFORMED_COUNT; i++) {
		if (b->malformed[i]) {
			assert_int_equal(reason, -1);
			reason = i;
		}
	}
	assert_int_not_equal(reason, -1);
	return (enum malformed)reason;
}

static inline void logs_assert_name(
    const struct batch *b, const struct event *e, const char *wire, size_t len)
{
	assert_int_equal(e->name_len, len);
	assert_memory_equal(event_name(b, e), wire, len);
}

/* The event's answer of this number. */
static inline struct answer logs_answer(const struct batch *b, const struct event *e, unsigned n)
{
	struct view v = event_answers(b, e);
	struct answer a = {0};
	for (unsigned i = 0; i <= n; i++)
		assert_true(answer_next(&v, &a));
	return a;
}

static inline unsigned logs_answers(const struct batch *b, const struct event *e)
{
	struct view v = event_answers(b, e);
	struct answer a;
	unsigned n = 0;
	while (answer_next(&v, &a))
		n++;
	return n;
}

#define logs_assert_answer(b, e, n, rr, seconds, bytes)                  \
	do {                                                             \
		struct answer a_ = logs_answer(b, e, n);                 \
		assert_int_equal(a_.type, rr);                           \
		assert_int_equal(a_.ttl, seconds);                       \
		assert_int_equal(a_.rdlen, sizeof(bytes) - 1);           \
		assert_memory_equal(a_.rdata, bytes, sizeof(bytes) - 1); \
	} while (0)

static inline void logs_assert_ipv4(const uint8_t address[16], const char quad[4])
{
	assert_memory_equal(address, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
	assert_memory_equal(address + 12, quad, 4);
}
