/* SPDX-License-Identifier: ISC
 *
 * The events of one target, kept in a temporary file: carvers are tried on them one after the
 * other, and need to know where the tunnel's own domain begins before the first. */
#pragma once

#include <stdio.h>

#include "lib/carve/carve.h"
#include "lib/carve/top.h"

/* Where a message comes from: an input, and which of its records from 1 on, packets or lines that
 * are neither blank nor comments; 0: not known. Carvers see it as one number. */
struct carve_place {
	uint16_t input;
	uint64_t record;
};

static inline uint64_t carve_place_number(struct carve_place p)
{
	return (uint64_t)p.input << 48 | (p.record & ((UINT64_C(1) << 48) - 1));
}

static inline struct carve_place carve_place_of(uint64_t number)
{
	return (struct carve_place){(uint16_t)(number >> 48), number & ((UINT64_C(1) << 48) - 1)};
}

struct carve_spool {
	FILE *file; /* NULL until the first event */
	struct top top;
	uint64_t events;
	int64_t first_ns, last_ns;
	/* What this source does not show. */
	uint64_t case_lost, names_cut, answers_cut, responses, queries;
	int error; /* negative errno of the first write that failed */
};

void carve_spool_init(struct carve_spool *s, const struct hash_key *key);
void carve_spool_done(struct carve_spool *s);

/* Keep an event; zone_at is where its zone begins. */
void carve_spool_put(struct carve_spool *s, const struct batch *b, const struct event *e,
    uint8_t zone_at, struct carve_place place);

/* No more events: the tunnel's own domain is decided. */
void carve_spool_close(struct carve_spool *s);

/* Run a carver over everything. Zero, or a negative errno (-ENOMEM, or the temporary file's). */
int carve_spool_run(struct carve_spool *s, const struct carver *carver,
    const struct carve_sink *sink, const struct carve_options *options);
