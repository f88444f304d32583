/* SPDX-License-Identifier: ISC
 *
 * Whose events are carved. A target is a client and a domain, or several domains where a tool
 * goes round them; found among the findings of a first pass, or as the user says. */
#pragma once

#include "app/cmd/carve_spool.h"
#include "app/cmd/rows.h"
#include "lib/decode/name.h"

enum { CARVE_TARGETS = 256, CARVE_ZONES = 8 };

struct carve_target {
	uint8_t client[16];
	uint16_t site;
	uint8_t n_zones;
	uint8_t score;
	uint8_t confidence; /* enum confidence, of the tool */
	struct {
		uint8_t wire[NAME_WIRE_MAX];
		uint8_t len; /* 0: the zone "-" */
	} zones[CARVE_ZONES];
	char tool[32]; /* recognised; "" when not */
	struct carve_spool spool;
};

struct carve_targets {
	size_t n;
	size_t left_out; /* more than there is room for */
	uint64_t events;
	struct carve_target *at; /* worst first */
	/* Of the second pass: the chunk that events come from, what was read of each input before
	 * it, and what has been read then. */
	uint16_t source;
	uint64_t before;
	uint64_t *records; /* of each input */
	uint16_t by_client[CARVE_TARGETS];
	int64_t since_ns, until_ns;
};

/* From what a first pass found: findings, and recognised tools below the threshold; with --zone
 * every pair at or below it, whatever its score. False when memory ran out, which was told. */
bool carve_targets_find(struct carve_targets *t, const struct session *s, const char *tool);
void carve_targets_done(struct carve_targets *t);

/* An event of the second pass, for session.each; ctx is the targets. */
void carve_targets_take(void *ctx, const struct batch *b, const struct event *e);

/* The same for session.each_chunk. */
void carve_targets_chunk(void *ctx, uint16_t source, uint64_t records);

/* "evil.com", "a.com, b.com"; "-". */
void carve_target_zone(const struct carve_target *t, char *buf, size_t size);
