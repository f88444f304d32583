/* SPDX-License-Identifier: ISC
 *
 * Step one: a chunk of input becomes events. Nothing here changes the engine, so any thread may
 * decode any chunk. */
#include "lib/engine/inner.h"

#include "lib/base/prefetch.h"
#include "lib/decode/dnstap.h"
#include "lib/decode/lines.h"
#include "lib/decode/mapped.h"
#include "lib/decode/zeek.h"

/* What one chunk can make: its own events, those of reassembly, and at most a tick before each;
 * ticks are dealt to every shard. Most of this is never touched. */
#define ORDER_MAX (2 * BATCH_EVENTS + TICKS_MAX)
#define ENTRIES_MAX (2 * BATCH_EVENTS + SHARDS * TICKS_MAX)

static size_t aligned(size_t n)
{
	return (n + 63) & ~(size_t)63;
}

size_t engine_slot_size(void)
{
	return aligned(sizeof(struct slot)) + aligned(sizeof(struct observe_memo)) +
	       2 * aligned(batch_size()) + aligned(DH_CHUNK_FRAMES * sizeof(struct segment)) +
	       aligned(ENTRIES_MAX * sizeof(uint32_t)) + aligned(ORDER_MAX * sizeof(uint32_t)) +
	       aligned(TICKS_MAX * sizeof(struct tick));
}

struct slot *engine_slot_init(void *mem)
{
	uint8_t *at = mem;
	struct slot *s = mem;
	at += aligned(sizeof(*s));
	*s = (struct slot){.memo = (struct observe_memo *)(void *)at};
	at += aligned(sizeof(*s->memo));
	s->batch = batch_init(at);
	at += aligned(batch_size());
	s->late = batch_init(at);
	at += aligned(batch_size());
	s->segments.at = (struct segment *)(void *)at;
	s->segments.cap = DH_CHUNK_FRAMES;
	at += aligned(DH_CHUNK_FRAMES * sizeof(struct segment));
	s->entries = (uint32_t *)(void *)at;
	at += aligned(ENTRIES_MAX * sizeof(uint32_t));
	s->order = (uint32_t *)(void *)at;
	at += aligned(ORDER_MAX * sizeof(uint32_t));
	s->ticks = (struct tick *)(void *)at;
	return s;
}

static void decode_frames(const struct engine *e, struct slot *s, const struct dh_chunk *c)
{
	struct frame_meta meta = e->frame_meta;
	meta.source = c->source;
	meta.site = c->site;
	for (size_t i = 0; i < c->n_frames; i++) {
		if (i + 4 < c->n_frames)
			prefetch_line(c->frames[i + 4].data);
		meta.seq = (uint16_t)i;
		frame_decode(&c->frames[i], &meta, s->batch, &s->segments);
	}
}

void engine_decode(const struct engine *e, struct slot *s, const struct dh_chunk *chunk)
{
	batch_reset(s->batch);
	batch_reset(s->late);
	s->segments.n = 0;
	s->n_ticks = 0;
	s->now_ns = chunk->now_ns;
	s->chunk = chunk;
	struct line_meta lines = {.source = chunk->source,
	    .site = chunk->site,
	    .peer = chunk->peer,
	    .written_ns = chunk->written_ns ? chunk->written_ns : chunk->now_ns};
	switch (chunk->kind) {
	case DH_FRAMES:
		decode_frames(e, s, chunk);
		break;
	case DH_DNSTAP:
	case DH_DNS:
		dnstap_frames(chunk, s->batch);
		break;
	case DH_ZEEK_TSV:
		zeek_tsv_lines(view_of(chunk->header, chunk->header_len),
		    view_of(chunk->bytes, chunk->len), &lines, s->batch);
		break;
	case DH_JSON_LINES:
		json_lines(view_of(chunk->bytes, chunk->len), &lines, s->batch);
		break;
	case DH_MAPPED:
		mapped_lines(chunk->mapping, view_of(chunk->header, chunk->header_len),
		    view_of(chunk->bytes, chunk->len), &lines, s->batch);
		break;
	}
	for (uint32_t i = 0; i < s->batch->n; i++)
		observe_event(&e->observer, s->memo, s->batch, &s->batch->events[i]);
}

uint64_t engine_slot_records(const struct slot *s, uint16_t *ret_source)
{
	*ret_source = s->chunk->source;
	return s->chunk->frames ? s->chunk->n_frames : s->batch->records;
}

void engine_slot_tally(const struct slot *s, struct engine_tally *ret)
{
	bool has_lines = !s->chunk->frames;
	*ret = (struct engine_tally){
	    .records = s->batch->records,
	    .events = s->batch->n,
	    .skipped = s->batch->skipped,
	    .text = view_of(s->chunk->bytes, has_lines ? s->chunk->len : 0),
	    .source = s->chunk->source,
	};
}

void engine_each_event(const struct slot *s, engine_event_fn *fn, void *ctx)
{
	uint32_t late = 0;
	for (uint32_t i = 0; i < s->batch->n; i++) {
		const struct event *ev = &s->batch->events[i];
		for (; late < s->late->n && s->late->events[late].seq < ev->seq; late++)
			fn(ctx, s->late, &s->late->events[late]);
		fn(ctx, s->batch, ev);
	}
	for (; late < s->late->n; late++)
		fn(ctx, s->late, &s->late->events[late]);
}
