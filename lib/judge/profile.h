/* SPDX-License-Identifier: ISC
 *
 * Comparison profiles: what three rule sets that people run today would have said about the same
 * events. They exist for parity and migration (`--profile`, `--compare`) and as baselines to be
 * beaten; no verdict of dnshound's own depends on them.
 *
 *   points    a score per domain (last two labels) over everything that was read
 *   hunt      long names by client and second-last label, in the 24 h before the newest query
 *   listener  each name by itself: long labels, capitals, non-ASCII, entropy
 *
 * Rules and thresholds stand in the three files. They are taken literally: names as the source
 * gave them, case kept, no suffix list, everything the source recorded as a query (multicast and
 * duplicates too). Only a root name, which has no labels, is passed over.
 *
 * Memory is one block fixed by a budget. Distinct counts are exact while they fit; when they do
 * not, profile_stats() says so and counting goes on by HyperLogLog (lib/track/hll.h). */
#pragma once

#include "lib/base/hash.h"
#include "lib/decode/event.h"

enum profile_kind { PROFILE_POINTS, PROFILE_HUNT, PROFILE_LISTENER, PROFILE_KINDS };

/* Which parts of `points` fired. */
enum points_indicator {
	POINTS_LENGTH,   /* mean subdomain length > 30: 25 points */
	POINTS_ENTROPY,  /* mean subdomain entropy > 3.8: 25 */
	POINTS_UNIQUE,   /* distinct subdomains / queries > 0.7: 20 */
	POINTS_TXT,      /* (TXT + NULL) / queries > 0.3: 15 */
	POINTS_DISTINCT, /* distinct subdomains > 30: 15 */
	POINTS_ENCODED,  /* more than 20 of the first 100 distinct subdomains look encoded: 20 */
	POINTS_INDICATORS
};

enum points_severity { POINTS_MEDIUM, POINTS_HIGH, POINTS_CRITICAL };

/* A domain at or above 50 points; highest score first, then most queries, then by name. */
struct points_row {
	struct view domain; /* text with dots, bytes as received */
	uint32_t score;     /* as shown: at most 100 */
	enum points_severity severity;
	uint32_t fired; /* bit 1 << enum points_indicator */
	uint64_t queries, distinct_subdomains, txt_null_queries, sources;
	int64_t first_ns, last_ns;
	/* The indicators' values in thousandths, rounded down, fired or not: mean length in
	 * characters, mean entropy in bits, unique ratio, TXT ratio, distinct subdomains, encoded
	 * subdomains among those inspected. */
	uint64_t value_milli[POINTS_INDICATORS];
};

/* Types that `hunt` looks at, as bits of hunt_row.types. */
enum hunt_type {
	HUNT_TXT = 1 << 0,
	HUNT_NULL = 1 << 1,
	HUNT_CNAME = 1 << 2,
	HUNT_MX = 1 << 3,
	HUNT_A = 1 << 4,
	HUNT_AAAA = 1 << 5
};

/* A group over the thresholds; most queries first, then by client and top domain. */
struct hunt_row {
	const uint8_t *client;  /* 16 bytes, as in struct endpoints */
	struct view top_domain; /* the second-last label; empty for a name of one label */
	uint64_t query_count, unique_subdomains;
	uint64_t length_sum; /* of full names; AvgDomainLength = length_sum / query_count */
	uint32_t max_length;
	uint32_t types; /* enum hunt_type */
	int64_t first_ns, last_ns;
	bool is_high; /* TunnelConfidence: high, else medium */
};

enum listener_flag {
	LISTENER_LONG = 1 << 0,    /* a label of more than 40 bytes */
	LISTENER_CAPITAL = 1 << 1, /* a capital letter, A to Z (others are non-ASCII anyway) */
	LISTENER_ASCII = 1 << 2,   /* a character beyond ASCII */
	LISTENER_ENTROPY = 1 << 3  /* more than 4.2 bits per character */
};

/* One flagged query; delivered by profile_feed(). The views end with the batch. */
struct listener_row {
	const struct endpoints *ends;
	struct view qname; /* wire form */
	int64_t time_ns;
	uint32_t flags; /* enum listener_flag */
	uint32_t long_labels, capitals, non_ascii;
	uint32_t entropy_milli; /* bits per byte of the name, thousandths, rounded down */
};

struct profile_row {
	enum profile_kind kind;
	union {
		struct points_row points;
		struct hunt_row hunt;
		struct listener_row listener;
	};
};

/* Takes rows as they come; the row is the profile's and ends with the call. */
struct profile_sink {
	void (*row)(void *ctx, const struct profile_row *row);
	void *ctx;
};

struct profile_stats {
	uint64_t queries;   /* considered */
	uint64_t flagged;   /* rows delivered */
	uint64_t uncounted; /* queries of subjects that no longer fitted in */
	bool is_exact;
};

struct profile;

#define PROFILE_BUDGET_MIN ((size_t)64 << 10)
#define PROFILE_BUDGET_MAX ((size_t)4 << 30)

/* Bytes to hand to profile_init(), at most budget; a budget outside of [PROFILE_BUDGET_MIN,
 * PROFILE_BUDGET_MAX] is taken as the nearer of them. */
size_t profile_size(enum profile_kind kind, size_t budget);

/* Lay a profile out in mem: profile_size(kind, budget) bytes, 64-byte aligned, all zero (fresh
 * pages are, and stay untouched until used), kept by the caller. */
struct profile *profile_init(void *mem, enum profile_kind kind, size_t budget,
    const struct hash_key *key, const struct profile_sink *sink);

/* Events in input order. Only those that ask count; a log line that has both sides is one query. */
void profile_feed(struct profile *p, const struct batch *b, const struct event *e);

/* Deliver the rows that need all events. Nothing may be fed afterwards. */
void profile_finish(struct profile *p);

struct profile_stats profile_stats(const struct profile *p);
