/* SPDX-License-Identifier: ISC
 *
 * What is kept of a pair once it is promoted: enough to judge it, to explain the verdict, and to
 * say what went out. About five KiB each, from a fixed pool; a light pair has none of this.
 *
 * The histogram of symbols is the adaptive code of the design: the length of a Krichevsky-Trofimov
 * code over a memoryless source depends only on how often each symbol came, not on the order, so
 * counting is all there is to do per byte and the code length is computed when it is asked for. */
#pragma once

#include "lib/base/hash.h"
#include "lib/decode/event.h"
#include "lib/track/bound.h"
#include "lib/track/hll.h"
#include "lib/track/recognise.h"
#include "lib/track/tables.h"
#include "lib/track/timeline.h"

enum {
	EVIDENCE_TYPES = 8,
	EVIDENCE_RCODES = 8,
	EVIDENCE_SERVERS = 4,
	EVIDENCE_SAMPLES = 6,
	EVIDENCE_HLL_P = 10,
};

struct type_count {
	uint16_t type;
	uint32_t count;
};

struct sample {
	uint8_t len; /* of name; 0 = unused */
	uint8_t zone_at;
	uint16_t qtype;
	uint8_t name[255]; /* wire form, original case */
};

/* What every event of the pair touches comes first, then what new names touch, then the rest. */
struct evidence {
	uint64_t pair_key; /* owner; 0 = free */
	uint64_t events, responses;
	int64_t first_ns, last_ns;
	uint64_t model_bits; /* up, 1/256 bit, as priced by the model (with folds) */
	uint64_t down_bits;
	uint64_t judged_at; /* leak, 1/256 bit, at which it is judged again */

	uint64_t answers_size, answered; /* sum of sizes of responses, and how many told it */
	uint64_t extra_up, extra_down;   /* bytes beside question and answers */
	uint64_t raw_up, raw_down;       /* bytes on DNS ports that are no DNS */
	uint64_t opaque_bits; /* of down_bits, what came in TXT, NULL, KEY and the like */
	int64_t last_query_ns;

	uint32_t gaps; /* between queries */
	uint32_t nxdomain, servfail, empty;
	uint64_t gap_sum_ms, gap_square; /* square of ms >> 10 */
	uint32_t min_ttl;
	uint32_t upper_names;    /* queries with both cases in one name */
	uint32_t search_list;    /* names that looked like a suffix search */
	uint32_t opaque_answers; /* responses with new opaque data */
	bool case_known;
	bool name_cut;
	bool dirty;              /* changed since it was last judged */
	bool listed;             /* stands in its shard's list of dirty slots */
	uint8_t told_confidence; /* the highest with which it went to the judge */
	uint8_t n_servers;

	struct type_count types[EVIDENCE_TYPES];
	struct type_count rcodes[EVIDENCE_RCODES];
	uint8_t servers[EVIDENCE_SERVERS][16];
	uint32_t transports[TR_UNKNOWN + 1];
	uint32_t types_other;
	struct sums peak;   /* the largest that the pair's sums ever were */
	struct bound bound; /* what repeated names can carry */
	struct recognised recognised;

	uint32_t novel;    /* names new to the zone; those before the promotion too */
	uint32_t measured; /* of those, how many stand in the sums below */
	uint64_t sub_len, name_len, labels,
	    entropy; /* sums over measured names; entropy 1/256 bit */
	uint16_t max_sub_len, max_name_len, max_labels;
	uint32_t long_label; /* measured names with a label of 25 or more */
	uint32_t non_ascii;  /* measured names with bytes of 128 or more */
	uint32_t digests;    /* measured names whose longest label is as long as a digest in hex */
	uint32_t encoded;    /* measured names whose longest label (8 and more) mixes in digits */
	uint64_t n_symbols;
	uint32_t symbols[256]; /* of the subdomains of measured names, without dots */

	uint64_t client_hash, zone_hash;
	uint8_t client[16];
	uint16_t site;
	uint16_t source;
	uint32_t process;       /* who asked most: a number of engine/ask.h; 0 = unknown */
	uint32_t process_votes; /* by which it leads */

	/* Names of a declared service (services.h): those of its shape, and what they cost of
	 * model_bits; those below its suffix with another shape. */
	uint32_t service_names, service_odd;
	uint64_t service_bits;
	uint32_t service_day_bytes; /* what the catalogue expects */
	uint16_t service;           /* 1 + index in the catalogue, 0 = none */
	uint8_t service_direction;

	uint64_t judged_leak, judged_events; /* as they stood when it was last judged */
	struct timeline timeline; /* of what model_bits, down_bits, extra and raw bytes add up to */
	struct sample samples[EVIDENCE_SAMPLES];
	uint64_t tool_mem[RECOGNISE_BYTES / 8];                /* of the recogniser (recognise.h) */
	uint64_t unique_mem[(8 + (1u << EVIDENCE_HLL_P)) / 8]; /* struct hll of distinct qnames */
};
_Static_assert(sizeof(struct hll) == 8, "the sketch is laid out in unique_mem");

struct hll *evidence_unique(struct evidence *v);

/* Fetch what every event of the pair touches. */
DH_PREFETCH evidence_prefetch(const struct evidence *v, uint64_t name_hash)
{
	for (size_t at = 0; at < offsetof(struct evidence, servers); at += 64)
		prefetch_line((const uint8_t *)v + at);
	prefetch_line(v->tool_mem);
	prefetch_line(v->unique_mem);
	hll_prefetch((const struct hll *)(const void *)v->unique_mem, EVIDENCE_HLL_P, name_hash);
}

/* The letters of a name that has them in both cases, else 0: what its case can carry, in bits. */
unsigned evidence_mixed_letters(const uint8_t *name, size_t len);

/* Start the record of a pair. */
void evidence_start(struct evidence *v, const struct pair *p, uint64_t key, const struct event *e,
    const struct batch *b);

/* Count one event of the pair. */
void evidence_event(struct evidence *v, const struct event *e, const struct batch *b);

/* Count a name that was new to the zone, and what it cost. */
void evidence_name(struct evidence *v, const struct event *e, const struct batch *b, uint32_t bits);

/* Keep the largest of each sum. */
void evidence_peak(struct evidence *v, const struct sums *s);

/* Up, 1/256 bit: the lesser of the model's code and the adaptive code over the pair's symbols. */
uint64_t evidence_up_bits(const struct evidence *v);

/* All that has leaked, as first priced: cheap, for deciding when to judge. */
static inline uint64_t evidence_leak_bits(const struct evidence *v)
{
	return v->model_bits + v->down_bits +
	       (v->extra_up + v->extra_down + v->raw_up + v->raw_down) * 2048;
}

/* A sum priced by the model, restated by the same measure; code is evidence_up_bits(). */
uint32_t evidence_restate(const struct evidence *v, uint64_t code, uint32_t sum);
