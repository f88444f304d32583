/* SPDX-License-Identifier: ISC
 *
 * The interface of a family of tools. While a pair is tracked, each name is looked at once. A
 * family whose types and symbols fit is asked whether the name can be its own; the first time it
 * says yes it gets a slot with a little memory, in which it follows what the tool does from one
 * name to the next: counters, session numbers, offsets. Those are what makes a match exact, not
 * the look of a single name. A pair has a few slots, and the weakest makes room.
 *
 * A family may be exact only where its facts were confirmed on captures; others are likely at
 * most. Frequency: every event of a promoted pair, so that a family has some ten nanoseconds. */
#pragma once

#include "lib/judge/tools/symbols.h"
#include "lib/judge/tools/tool.h"

/* Types of query, as bits. */
enum query_type {
	TYPE_A = 1 << 0,
	TYPE_AAAA = 1 << 1,
	TYPE_TXT = 1 << 2,
	TYPE_CNAME = 1 << 3,
	TYPE_MX = 1 << 4,
	TYPE_SRV = 1 << 5,
	TYPE_NULL = 1 << 6,
	TYPE_PRIVATE = 1 << 7, /* 65399: of the private use range, what iodine takes */
	TYPE_KEY = 1 << 8,
	TYPE_OTHER = 1 << 9,
};

enum { TOOL_LABELS = 8 };

struct tool_event {
	const struct event *event;
	const struct endpoints *ends;
	const uint8_t *name;  /* wire form; the subdomain is [0, end) */
	const uint8_t *first; /* its first label, without the length */
	uint16_t type;        /* enum query_type */
	uint8_t first_len;
	uint8_t alphabets;       /* enum alphabet, of the first label */
	uint8_t end;             /* where the zone begins */
	uint8_t n_labels;        /* of the subdomain; at most TOOL_LABELS are told */
	uint8_t at[TOOL_LABELS]; /* where their length bytes stand */
	bool case_known;
};

enum { TOOL_WORDS = 16 };

/* A family that some name of the pair fitted. */
struct tool_slot {
	uint8_t tool;       /* enum tool; 0 = free */
	uint8_t confidence; /* enum confidence */
	uint16_t last_hit;  /* number of the last name that fitted, modulo 2^16 */
	uint32_t hits;      /* names that fitted */
	uint32_t misses;    /* names since the first hit that did not */
	uint32_t memory[TOOL_WORDS];
};

enum { TOOL_SLOTS = 5, TOOL_RECENT = 4 };

/* The state that evidence keeps for a pair. */
struct tool_state {
	uint32_t names;
	uint32_t recent[TOOL_RECENT];    /* the last names, hashed: retransmits count once */
	uint32_t data, refusals, others; /* responses with answers, with an error, with neither */
	struct recognised now;
	bool has_queries; /* the same names in responses are passed over */
	struct tool_slot slots[TOOL_SLOTS];
};
_Static_assert(sizeof(struct tool_state) <= RECOGNISE_BYTES, "evidence has room for it");

/* Where a family writes its details. A full list takes no more. */
void tool_tell(struct tool_claim *c, const char *key, struct view value);
void tool_tell_u64(struct tool_claim *c, const char *key, uint64_t value);
/* At most 8 digits. */
void tool_tell_hex(struct tool_claim *c, const char *key, uint32_t value, unsigned digits);

struct tool_family {
	const char *name;
	uint16_t types;    /* enum query_type, any of these */
	uint8_t alphabets; /* enum alphabet of the first label, all of these */
	uint8_t min_first; /* length of the first label */
	uint8_t purpose;   /* enum tool_purpose */
	/* Can the name be this tool's? memory is TOOL_WORDS zeroes at first; it may only be written
	 * when the answer is yes. */
	bool (*name_fits)(uint32_t *memory, const struct tool_event *t);
	/* Bytes that are no DNS on a DNS port; NULL: never. */
	bool (*raw_fits)(uint32_t *memory, struct view payload);
	enum confidence (*conclude)(const struct tool_slot *s);
	void (*tell)(const struct tool_slot *s, struct tool_claim *c);
};

#define X(id, family) extern const struct tool_family tool_##family;
TOOL_LIST(X)
#undef X

/* A label of the subdomain, without the length; empty beyond the last. */
static inline struct view tool_label(const struct tool_event *t, unsigned i)
{
	if (i >= t->n_labels)
		return view_of(NULL, 0);
	return view_of(t->name + t->at[i] + 1, t->name[t->at[i]]);
}

static inline void tool_count(uint16_t *n)
{
	*n = (uint16_t)(*n + (*n < UINT16_MAX));
}

/* Whether most names since the first hit were the tool's. */
static inline bool tool_prevails(const struct tool_slot *s)
{
	return s->hits >= s->misses;
}
