/* SPDX-License-Identifier: ISC
 *
 * The rows of a hunt: every pair that has evidence, or all pairs of a client or of a zone taken
 * together, filtered and sorted. A row keeps only where its pairs are found; its figures are
 * computed when it is loaded, so that hunting costs little beside the engine's memory. */
#pragma once

#include "app/cmd/session.h"
#include "app/cmd/where.h"
#include "lib/engine/publish.h"

enum hunt_by { HUNT_BY_PAIR, HUNT_BY_CLIENT, HUNT_BY_ZONE };

struct hunt_entry {
	struct engine_walk walk; /* just before the pair */
	uint8_t client[16];
	char *zone;
};

struct hunt_line {
	size_t first, n; /* entries */
	bool has;        /* whether it has a value to sort by */
	int64_t number;
	char *text;
};

struct hunt_rows {
	const struct session *session;
	enum hunt_by by;
	struct hunt_entry *entries;
	size_t n_entries, room;
	struct hunt_line *rows;
	size_t n, pairs; /* rows; pairs with figures, before any filter */
	struct evidence total;
};

/* Pairs that --client and --zone want, grouped, those that where (or NULL) matches, by `sort`:
 * numbers largest first, texts in their order. False when memory ran out. */
bool hunt_gather(struct hunt_rows *r, const struct session *s, enum hunt_by by,
    const struct where *where, const struct column *sort);
void hunt_free(struct hunt_rows *r);

/* The figures of row i. */
void hunt_load(struct hunt_rows *r, size_t i, struct published *ret);
