/* SPDX-License-Identifier: ISC
 *
 * The parts wired together, as four steps that every chunk of input goes through:
 *
 *     decode     any thread, any chunk: bytes -> events, and what needs state is put aside
 *     sequence   in chunk order: reassembly, duplicates, clock, ticks; events are dealt to shards
 *     track      each shard in chunk order, shards in parallel: accounts of zones and pairs
 *     merge      in chunk order: what crosses shards, and the judge
 *
 * A chunk travels in a slot. Slots may be decoded ahead; sequence, track and merge of slot k come
 * after those of slot k - 1, and track of k after merge of k - 1. Whoever keeps this order, with
 * however many threads, gets the same verdicts to the byte. There is no lock here: the caller's
 * schedule is the synchronisation (app/cmd/pipeline.c). */
#pragma once

#include "include/dnshound.h"
#include "lib/decode/frame.h"
#include "lib/decode/stream.h"
#include "lib/engine/finding.h"
#include "lib/engine/site.h"
#include "lib/judge/baseline.h"
#include "lib/judge/tools/tool.h"
#include "lib/judge/verdict.h"
#include "lib/track/account.h"
#include "lib/track/shard.h"

struct engine_config {
	size_t memory; /* budget for state, bytes */
	struct hash_key key;
	const struct suffix *suffix;
	const struct model *model;
	const struct services *services; /* NULL: none are declared */
	const struct scorecard *scorecard;
	struct budgets budgets;
	const struct baseline *baseline; /* NULL: nothing was learned */
	struct half_lives half_lives;
	uint32_t horizon_s, tick_s;
	struct site site;           /* what the user told of it */
	int64_t since_ns, until_ns; /* events outside are not counted */
	uint8_t threshold;
	bool keep_all;
	bool journal; /* keep what resume.h needs: a few percent slower */
};

/* What is filled in where the caller does not care. */
void engine_defaults(struct engine_config *c);

/* What could be seen, and what not. */
struct engine_stats {
	uint64_t records, skipped, events, queries, responses, local, not_dns, duplicates,
	    forwarded, upstream, by_resolvers, outside, filtered;
	uint64_t case_unknown, names_cut, no_name, tcp;
	uint64_t malformed[MALFORMED_COUNT];
	uint64_t pairs, zones; /* met; an evicted one that comes back counts again */
	uint64_t pairs_evicted, zones_evicted, evidence_refused, notes_lost, early_rotations;
	uint64_t novel_names;
	uint64_t leak_up, leak_down; /* bytes that new names and answers can have carried */
	/* Room of the tables, and the pairs in evidence now. */
	uint64_t pairs_room, zones_room, evidence_room, evidence;
	uint64_t risen_lost; /* judgements not handed out: too many at once */
	int64_t first_ns, last_ns;
};

/* One chunk on its way. */
struct slot;

struct engine;

size_t engine_size(const struct engine_config *c);
/* So many of them, from the start, are probed at random and gain by huge pages; behind lie buffers
 * of which mostly nothing is touched. */
size_t engine_tables_size(const struct engine_config *c);
/* mem: engine_size() zeroed bytes, 64-byte aligned, the caller's. */
struct engine *engine_init(void *mem, const struct engine_config *c);

size_t engine_slot_size(void);
struct slot *engine_slot_init(void *mem);

void engine_decode(const struct engine *e, struct slot *s, const struct dh_chunk *chunk);
void engine_sequence(struct engine *e, struct slot *s);
void engine_track(struct engine *e, struct slot *s, unsigned shard);
void engine_merge(struct engine *e, struct slot *s);

/* No more input: what reassembly still holds goes through s, then everything that changed is
 * judged once more. engine_each_event() works for s afterwards. */
void engine_finish(struct engine *e, struct slot *s);

/* Events of a slot between sequence and the end of merge; for profiles and carving. */
typedef void engine_event_fn(void *ctx, const struct batch *b, const struct event *ev);
void engine_each_event(const struct slot *s, engine_event_fn *fn, void *ctx);

/* How many records (packets, or lines that are neither blank nor comments) the slot's chunk has,
 * and whose it is: with event.seq, where in its input an event comes from. */
uint64_t engine_slot_records(const struct slot *s, uint16_t *ret_source);

/* What became of a slot's chunk of lines. */
struct engine_tally {
	uint64_t records, events, skipped;
	struct view text; /* the chunk's bytes; empty: it has packets */
	uint16_t source;
};
void engine_slot_tally(const struct slot *s, struct engine_tally *ret);

void engine_stats(const struct engine *e, struct engine_stats *ret);

/* Whether a pair (the hashes of one of its events) has reached the threshold, and how it was
 * judged when it was worst: what an alert while events flow needs. */
struct engine_alert {
	int64_t alerted_ns;
	uint64_t bytes_at_alert;
	struct verdict verdict;
	struct features judged;
};
bool engine_alerted(
    const struct engine *e, uint64_t client_hash, uint64_t zone_hash, struct engine_alert *ret);

/* What is ordinary for a subject: its verdict was measured against that. */
struct budgets engine_budgets(const struct engine_config *c, const struct features *f);

/* Findings, or all subjects with evidence, in no order. `at` starts at 0; false at the end.
 * Everything in *ret points into the engine. */
struct engine_walk {
	uint32_t stage, shard, at;
};
bool engine_next(const struct engine *e, struct engine_walk *w, struct finding *ret);

/* What engine_merge() or engine_finish() has just judged at or above the threshold: every
 * subject once, as findings. *at starts at 0; false at the end. */
bool engine_next_risen(const struct engine *e, uint32_t *at, struct finding *ret);
/* The subject of a key (that of its features) as it stands now; false when nothing is known of it
 * any more. */
bool engine_finding(const struct engine *e, uint64_t key, struct finding *ret);
/* Whether a source (dh_chunk.source) has told of a client, and not only of what servers asked each
 * other. */
bool engine_has_clients(const struct engine *e, uint16_t source);
/* Which process asked most below the zone of a pair; false when nobody told. The texts are the
 * engine's. */
bool engine_process(const struct engine *e, const struct finding *f, struct dh_process *ret);
/* The time of the newest event of a source (below 64) as it told it; 0: none yet. */
int64_t engine_newest(const struct engine *e, uint16_t source);
/* The event time that everything counts by; 0 before the first event. */
int64_t engine_clock(const struct engine *e);
