/* SPDX-License-Identifier: ISC
 *
 * What came down from an unknown tool: the answers of a pair, kept with the names that were asked
 * for them. Each kind of record is a file of its own: texts and names are decoded when they share
 * an encoding, addresses and opaque records are bytes as they are. The order is that of the
 * counter in the names, else that of time. */
#pragma once

#include "lib/carve/elect.h"
#include "lib/carve/layout.h"
#include "lib/carve/outlet.h"
#include "lib/carve/seen.h"

enum answer_kind {
	ANSWER_TEXT,   /* TXT */
	ANSWER_NAME,   /* CNAME, MX, SRV below the tunnel's own domain */
	ANSWER_OPAQUE, /* NULL, PRIVATE, KEY and types nobody knows */
	ANSWER_A,
	ANSWER_AAAA,
	ANSWER_KINDS
};

#define ANSWERS_MAX (1u << 16)
#define ANSWERS_ARENA (32u << 20)

struct answers_record {
	uint64_t counter, event;
	int64_t time_ns;
	uint32_t at, order; /* in the arena: the subdomain, then the bytes */
	uint16_t len;
	uint8_t name_len;
	uint8_t kind; /* enum answer_kind */
};

struct answers {
	struct hash_key key;
	struct seen seen;
	uint32_t n, used;
	bool case_known;
	struct answers_record records[ANSWERS_MAX];
	uint64_t scratch[ANSWERS_MAX];
	struct subdomain names[ANSWERS_MAX];
	uint8_t arena[ANSWERS_ARENA];
};

void answers_init(struct answers *a, const struct hash_key *key);

/* Keep what a response carries; false when there is no room, and nothing was kept. */
bool answers_put(struct answers *a, const struct carve_event *e);

/* Hand everything out; files are numbered from *files on. */
void answers_flush(struct answers *a, const struct carve_sink *sink, uint32_t *files);
