/* SPDX-License-Identifier: ISC
 *
 * The insides of engine and slot, shared by the steps of this folder only. */
#pragma once

#include "lib/engine/ask.h"
#include "lib/engine/engine.h"

/* An entry of a shard's list: an event of the slot, or a tick. */
#define ENTRY_LATE 0x80000000u /* in the batch of reassembled messages */
#define ENTRY_TICK 0x40000000u
#define ENTRY_MASK 0x3fffffffu

enum {
	TICKS_MAX = 2 * BATCH_EVENTS,
	RECENT_SLOTS = 1 << 16,
	SERVER_MEMOS = 64,
	JUDGED_LOG2 = 12,
	ACCOUNTS_LOG2 = 13,
	RISEN_MAX = 256,
	ADDRESS_SET_BYTES = 8192,
	NEWEST_SOURCES = 64,
};

struct tick {
	uint32_t seq; /* before the first event of this record */
	int64_t now_ns;
};

struct slot {
	struct observe_memo *memo;
	struct batch *batch; /* decoded in parallel */
	struct batch *late;  /* put together by reassembly, in order */
	struct segment_list segments;
	uint32_t *order;   /* events of both batches and ticks, in input order */
	uint32_t *entries; /* the same dealt to shards: per shard a run: entry_first[i] ..
	                      entry_first[i + 1] */
	uint32_t entry_first[SHARDS + 1];
	struct tick *ticks;
	uint32_t n_ticks;
	int64_t now_ns; /* of the chunk */
	const struct dh_chunk *chunk;
};

/* A question seen lately: to know search lists, and the same question seen at another place. */
struct recent {
	uint32_t tag;
	uint32_t time_s;
	uint16_t source;
	uint16_t flags; /* EV_QUERY, EV_RESPONSE seen there */
};

struct server_memo {
	uint8_t address[16];
	uint16_t site;
	uint64_t hash;
};

/* What an event is about to change, as it stood before: written first, valid until the event is
 * done. Whoever finds it valid was killed in between, and puts it back. */
struct undo {
	uint32_t is_valid;
	bool has_zone, has_pair, has_evidence;
	uint64_t zone_hash, pair_key;
	struct zone zone;
	struct pair pair;
	struct evidence evidence;
};

void undo_begin(struct engine *e, unsigned shard, const struct event *ev);
void undo_end(struct engine *e, unsigned shard);

struct engine {
	struct engine_config config;
	struct track_config track;
	struct observer observer;
	struct frame_meta frame_meta;
	struct stream *stream;
	struct shard shards[SHARDS];
	struct accounts accounts;
	struct judged *judged;
	uint64_t *judged_keys; /* of each; 0: free */
	struct recent *recent;
	struct asks *asks;
	struct undo *undo;                 /* of each shard; NULL without a journal */
	uint8_t asked[ADDRESS_SET_BYTES];  /* addresses that questions went to, */
	uint8_t askers[ADDRESS_SET_BYTES]; /* and came from */
	struct server_memo servers[SERVER_MEMOS];
	uint8_t has_clients[65536 / 8]; /* bit of each source that told of a client */
	int64_t clock_ns; /* the event time that ages sums: never jumps on one packet's word */
	uint32_t ahead, behind; /* events in a row that contradict the clock */
	int64_t next_tick_ns;
	int64_t newest_ns[NEWEST_SOURCES]; /* time of the newest event of each source */
	struct engine_stats stats;
	uint64_t risen[RISEN_MAX]; /* keys of this merge's judgements at or above the threshold */
	uint32_t n_risen;
};

/* Judge a subject and keep the verdict if it is its worst. */
void judged_take(struct engine *e, const struct features *f);
size_t judged_size(void);
/* mem: judged_size() zeroed bytes. */
void judged_init(struct engine *e, void *mem);
const struct judged *judged_find(const struct engine *e, uint64_t key);
