/* SPDX-License-Identifier: ISC
 *
 * Step four, in chunk order by one thread at a time: the shards' notes in event order feed the
 * accounts that cross shards, and the judge. */
#include "lib/engine/inner.h"

/* So many notes of a shard have their accounts fetched ahead. */
#define PREFETCH_NOTES 4u

static void judge(struct engine *e, struct features *f)
{
	if (f->subject != SUBJECT_SUFFIX)
		accounts_describe(&e->accounts, f);
	judged_take(e, f);
}

static void take(struct engine *e, struct shard *s, const struct note *n)
{
	if (n->kind == NOTE_JUDGE) {
		judge(e, &s->features[n->features]);
		return;
	}
	/* What a pair that is already a finding leaks does not count against its client again. */
	if (n->kind == NOTE_LEAK) {
		const struct judged *j = judged_find(e, hash_mix(n->client_hash, n->zone_hash));
		if (j && j->score >= e->config.threshold)
			return;
	}
	const struct account *due = accounts_take(&e->accounts, n, &e->track.decay);
	if (due) {
		struct features f;
		features_account(&f, due, (int64_t)n->time_s * 1000000000);
		judge(e, &f);
	}
}

/* The next note of a shard as a number that sorts by record, then by shard. */
static inline uint32_t head_of(const struct shard *s, uint32_t at, unsigned shard)
{
	return at < s->n_notes ? s->notes[at].seq << 4 | shard : UINT32_MAX;
}

/* Sixteen sorted lists, merged; equal places go by shard number. */
static void merge(struct engine *e)
{
	uint32_t at[SHARDS] = {0}, head[SHARDS];

	for (unsigned i = 0; i < SHARDS; i++) {
		const struct shard *s = &e->shards[i];
		head[i] = head_of(s, 0, i);
		for (uint32_t k = 0; k < s->n_notes && k < PREFETCH_NOTES; k++)
			accounts_prefetch(&e->accounts, &s->notes[k]);
	}
	for (;;) {
		/* All sixteen, without a branch: a vector operation or two. */
		uint32_t best = head[0];
		for (unsigned i = 1; i < SHARDS; i++)
			best = head[i] < best ? head[i] : best;
		if (best == UINT32_MAX)
			return;
		unsigned i = best % SHARDS;
		struct shard *s = &e->shards[i];
		take(e, s, &s->notes[at[i]++]);
		head[i] = head_of(s, at[i], i);
		if (at[i] + PREFETCH_NOTES < s->n_notes)
			accounts_prefetch(&e->accounts, &s->notes[at[i] + PREFETCH_NOTES]);
	}
}

void engine_merge(struct engine *e, struct slot *s)
{
	(void)s;
	e->n_risen = 0;
	merge(e);
}

void engine_finish(struct engine *e, struct slot *s)
{
	batch_reset(s->batch);
	batch_reset(s->late);
	s->segments.n = 0;
	s->n_ticks = 0;
	s->now_ns = 0;
	e->n_risen = 0;
	stream_finish(e->stream, s->late);
	engine_sequence(e, s);
	for (unsigned i = 0; i < SHARDS; i++)
		engine_track(e, s, i);
	merge(e);
	for (unsigned i = 0; i < SHARDS; i++) {
		shard_begin(&e->shards[i]);
		shard_tick(&e->shards[i], 0, e->clock_ns, true);
	}
	merge(e);
}
