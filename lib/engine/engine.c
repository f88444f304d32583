/* SPDX-License-Identifier: ISC */
#include "lib/engine/engine.h"

#include "lib/engine/inner.h"

/* Of the budget: what is not for the shards. */
#define STREAM_SHARE 16
/* Events between the fetch of their cache lines and their use: some hundred nanoseconds. */
#define FETCH_AHEAD 16u
/* And when the first of them has come, of what it leads to. */
#define MORE_AHEAD 5u

static size_t aligned(size_t n)
{
	return (n + 63) & ~(size_t)63;
}

void engine_defaults(struct engine_config *c)
{
	*c = (struct engine_config){
	    .memory = (size_t)192 << 20,
	    .key = {0x646e73686f756e64u, 0x2026},
	    .budgets = BUDGETS_DEFAULT,
	    .half_lives = HALF_LIVES_DEFAULT,
	    .horizon_s = 86400,
	    .tick_s = 60,
	    .since_ns = INT64_MIN,
	    .until_ns = INT64_MAX,
	    .threshold = SCORE_MEDIUM,
	};
}

static size_t fixed_size(const struct engine_config *c)
{
	return aligned(sizeof(struct engine)) + aligned(accounts_size(ACCOUNTS_LOG2)) +
	       aligned(judged_size()) + aligned(RECENT_SLOTS * sizeof(struct recent)) +
	       aligned(asks_size()) + (c->journal ? aligned(SHARDS * sizeof(struct undo)) : 0);
}

static struct stream_config stream_config(const struct engine_config *c)
{
	/* About a sixteenth of the budget: a piece is 2 KiB. */
	uint32_t pieces = 256;
	while (pieces < 4096 && (size_t)pieces * 2 * 2048 * STREAM_SHARE <= c->memory)
		pieces *= 2;
	return (struct stream_config){
	    .key = c->key,
	    .streams = pieces * 2,
	    .stream_pieces = pieces,
	    .datagrams = 512,
	    .datagram_pieces = pieces / 4 < 128 ? 128 : pieces / 4,
	    .n_ports = 1,
	    .ports = {53},
	};
}

static size_t shards_budget(const struct engine_config *c, size_t stream)
{
	size_t rest = fixed_size(c) + stream;
	return c->memory > rest ? c->memory - rest : 0;
}

size_t engine_tables_size(const struct engine_config *c)
{
	struct stream_config sc = stream_config(c);
	struct shard_plan plan =
	    shard_plan(shards_budget(c, aligned(stream_size(&sc))), c->keep_all);
	return fixed_size(c) + SHARDS * shard_size(&plan);
}

size_t engine_size(const struct engine_config *c)
{
	struct stream_config sc = stream_config(c);
	return engine_tables_size(c) + aligned(stream_size(&sc)) + SHARDS * shard_scratch_size();
}

static void *carve(uint8_t **at, size_t bytes)
{
	void *p = *at;
	*at += aligned(bytes);
	return p;
}

struct engine *engine_init(void *mem, const struct engine_config *c)
{
	uint8_t *at = mem;
	struct engine *e = carve(&at, sizeof(*e));
	struct stream_config sc = stream_config(c);

	*e = (struct engine){.config = *c};
	e->track = (struct track_config){
	    .suffix = c->suffix,
	    .model = c->model,
	    .services = c->services,
	    .key = c->key,
	    .horizon_s = c->horizon_s,
	    .recogniser = &tool_recogniser,
	    .keep_all = c->keep_all,
	};
	decay_init(&e->track.decay, &c->half_lives);
	e->observer = (struct observer){.suffix = c->suffix, .key = c->key};
	e->frame_meta = (struct frame_meta){.n_ports = 1, .ports = {53}};
	accounts_init(&e->accounts, carve(&at, accounts_size(ACCOUNTS_LOG2)), ACCOUNTS_LOG2);
	judged_init(e, carve(&at, judged_size()));
	e->recent = carve(&at, RECENT_SLOTS * sizeof(struct recent));
	e->asks = asks_init(carve(&at, asks_size()));
	if (c->journal)
		e->undo = carve(&at, SHARDS * sizeof(struct undo));
	size_t stream = stream_size(&sc);
	struct shard_plan plan = shard_plan(shards_budget(c, aligned(stream)), c->keep_all);
	uint8_t *scratch = at + SHARDS * shard_size(&plan);
	e->stream = stream_init(carve(&scratch, stream), &sc);
	for (unsigned i = 0; i < SHARDS; i++)
		shard_init(&e->shards[i], carve(&at, shard_size(&plan)),
		    carve(&scratch, shard_scratch_size()), &plan, &e->track);
	return e;
}

static inline const struct event *entry_event(
    const struct slot *s, uint32_t entry, const struct batch **ret_batch)
{
	const struct batch *b = entry & ENTRY_LATE ? s->late : s->batch;
	*ret_batch = b;
	return &b->events[entry & ENTRY_MASK];
}

/* The lists lie behind each other: as one ends, the first lines of the next may be on their way. */
static void fetch_next(const struct engine *e, const struct slot *s, unsigned shard)
{
	const struct batch *b;
	if (shard + 1 == SHARDS)
		return;
	uint32_t at = s->entry_first[shard + 1], end = s->entry_first[shard + 2];
	for (uint32_t i = at; i < end && i - at < FETCH_AHEAD; i++)
		if (!(s->entries[i] & ENTRY_TICK))
			shard_fetch_name(&e->shards[shard + 1], entry_event(s, s->entries[i], &b));
}

void engine_track(struct engine *e, struct slot *s, unsigned shard)
{
	struct shard *sh = &e->shards[shard];
	struct answers_ahead ahead[FETCH_AHEAD];
	const struct batch *b;
	uint32_t from = s->entry_first[shard], to = s->entry_first[shard + 1], fetched = from;

	shard_begin(sh);
	for (uint32_t i = from; i < to; i++) {
		for (; fetched < to && fetched - i < FETCH_AHEAD; fetched++) {
			uint32_t entry = s->entries[fetched];
			if (entry & ENTRY_TICK)
				continue;
			const struct event *ev = entry_event(s, entry, &b);
			shard_fetch(sh, b, ev, &ahead[fetched % FETCH_AHEAD]);
		}
		if (i + MORE_AHEAD < to && !(s->entries[i + MORE_AHEAD] & ENTRY_TICK))
			shard_fetch_more(sh, entry_event(s, s->entries[i + MORE_AHEAD], &b));
		if (to - i == FETCH_AHEAD / 2)
			fetch_next(e, s, shard);
		uint32_t entry = s->entries[i];
		if (entry & ENTRY_TICK) {
			const struct tick *t = &s->ticks[entry & ENTRY_MASK];
			shard_tick(sh, t->seq, t->now_ns, false);
			continue;
		}
		const struct event *ev = entry_event(s, entry, &b);
		if (e->undo)
			undo_begin(e, shard, ev);
		shard_event(sh, b, ev, &ahead[i % FETCH_AHEAD]);
		if (e->undo)
			undo_end(e, shard);
	}
}

void engine_stats(const struct engine *e, struct engine_stats *ret)
{
	*ret = e->stats;
	for (unsigned i = 0; i < SHARDS; i++) {
		const struct shard *s = &e->shards[i];
		ret->pairs += s->pairs;
		ret->zones += s->zones;
		ret->pairs_evicted += s->tables.pairs_evicted;
		ret->zones_evicted += s->tables.zones_evicted;
		ret->evidence_refused += s->evidence_refused;
		ret->notes_lost += s->notes_lost;
		ret->early_rotations += s->names.early;
		ret->novel_names += s->novel_names;
		ret->leak_up += s->leak_up >> 11;
		ret->leak_down += s->leak_down >> 11;
		ret->pairs_room += s->tables.pair_mask + 1ull;
		ret->zones_room += s->tables.zone_mask + 1ull;
		ret->evidence_room += s->n_evidence;
		ret->evidence += s->n_evidence - s->n_free;
	}
}
