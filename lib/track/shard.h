/* SPDX-License-Identifier: ISC
 *
 * One sixteenth of the state: zones whose hash begins with this shard's number, their pairs, their
 * novelty, their evidence. A shard sees its events in input order, whoever runs it, and touches
 * nothing else; so the verdicts do not depend on the number of threads. */
#pragma once

#include "lib/track/answers.h"
#include "lib/track/note.h"
#include "lib/track/novelty.h"
#include "lib/track/observe.h"
#include "lib/track/price.h"
#include "lib/track/services.h"

enum { SHARDS = 16 };

static inline unsigned shard_of(uint64_t zone_hash)
{
	return (unsigned)(zone_hash >> 60);
}

/* What the shards share, read-only. */
struct track_config {
	const struct suffix *suffix;
	const struct model *model;
	const struct services *services; /* NULL: none are declared */
	struct decay decay;
	struct hash_key key;
	uint32_t horizon_s;
	const struct recogniser *recogniser; /* of tools; NULL: none */
	bool keep_all; /* evidence for every pair while there is room (hunt) */
};

/* Powers of two, and the number of evidence records, that one shard gets out of the budget. */
struct shard_plan {
	unsigned log2_zones, log2_pairs, log2_blocks;
	uint32_t evidence;
};

struct shard {
	const struct track_config *config;
	struct tables tables;
	struct novelty names;
	struct evidence *evidence;
	uint16_t *free;  /* stack of free evidence slots */
	uint16_t *dirty; /* slots that changed since the last tick, once each */
	uint32_t n_evidence, n_free, n_dirty;
	uint64_t least_evidence; /* the smallest leak found when room was last searched for */
	uint32_t refused_since;
	struct note *notes;
	struct features *features; /* of this batch's NOTE_JUDGE */
	uint32_t n_notes, n_features;
	uint64_t notes_lost, evidence_refused;
	uint64_t novel_names, pairs, zones;
	uint64_t leak_up, leak_down; /* 1/256 bit */
};

/* The largest plan for which SHARDS shards fit in budget bytes. keep_all: where every pair wants
 * evidence, there are fewer pairs and more of it. */
struct shard_plan shard_plan(size_t budget, bool keep_all);
size_t shard_size(const struct shard_plan *plan);
/* Notes and features of a batch lie apart: of their room only the front is ever touched. */
size_t shard_scratch_size(void);
/* mem, scratch: as many zeroed bytes, 64-byte aligned, kept by the caller. */
void shard_init(struct shard *s, void *mem, void *scratch, const struct shard_plan *plan,
    const struct track_config *config);

/* After shard_init() over tables that were in use before: what belongs together is joined again.
 * The number of records of evidence that nobody owned, and in *ret_kept of those that go on. */
uint64_t shard_resume(struct shard *s, uint64_t *ret_kept);

/* Start a batch: forget the notes of the last one. */
void shard_begin(struct shard *s);
/* One event of this shard; names lie in b. Its answers were looked up by shard_fetch(). */
void shard_event(
    struct shard *s, const struct batch *b, const struct event *e, struct answers_ahead *answers);
/* Event time has reached a tick: have the subjects with evidence judged that have changed by enough
 * since they were last; at the end of the input, all that have changed. */
void shard_tick(struct shard *s, uint32_t seq, int64_t now_ns, bool is_last);

/* What does not depend on the answers. */
DH_PREFETCH shard_fetch_name(const struct shard *s, const struct event *e)
{
	tables_prefetch(&s->tables, e->zone_hash, e->pair_hash);
	novelty_prefetch(&s->names, e->name_hash);
}

/* Fetch the cache lines that an event will need, some events ahead of it. */
DH_PREFETCH shard_fetch(const struct shard *s, const struct batch *b, const struct event *e,
    struct answers_ahead *ret_answers)
{
	shard_fetch_name(s, e);
	answers_fetch(ret_answers, &s->names, &s->config->key, b, e);
}

/* Its pair's home has come meanwhile: fetch what it leads to, evidence or the slots behind. */
DH_PREFETCH shard_fetch_more(const struct shard *s, const struct event *e)
{
	const struct pair *p = tables_home_pair(&s->tables, e->pair_hash);
	if (p->key == e->pair_hash) {
		if (p->evidence)
			evidence_prefetch(&s->evidence[p->evidence - 1], e->name_hash);
	} else if (p->key) {
		for (int i = 1; i < TABLE_WINDOW; i++)
			prefetch_line(p + i);
	}
}

/* Walk the pairs that have evidence: *at starts at 0; NULL at the end. */
const struct evidence *shard_next(const struct shard *s, uint32_t *at, const struct pair **ret_pair,
    const struct zone **ret_zone);
/* The evidence of one pair; NULL when it has none (any more). */
const struct evidence *shard_find(const struct shard *s, uint64_t pair_key,
    const struct pair **ret_pair, const struct zone **ret_zone);
/* A zone that is still known, else NULL. */
const struct zone *shard_zone(const struct shard *s, uint64_t zone_hash);
