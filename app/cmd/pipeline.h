/* SPDX-License-Identifier: ISC
 *
 * Threads for the engine's four steps. A board lists the slots in flight; whoever is free takes
 * the most advanced piece of work that may begin: that keeps few chunks in flight and their events
 * in the cache. Verdicts do not depend on the number of workers. */
#pragma once

#include "app/capture/slot.h"
#include "lib/engine/engine.h"

struct pipeline_options {
	struct engine *engine;
	/* Fill the slot's chunk: 1, 0 at the end, or a negative errno. It may wait; called by one
	 * worker at a time. */
	int (*next)(void *input, struct chunk_slot *slot);
	void *input;
	unsigned workers;      /* 1 runs everything in the calling thread */
	engine_event_fn *each; /* called for every event in order, or NULL */
	/* After each chunk was judged, in order: engine_next_risen() tells what it brought. Or
	 * NULL. */
	void (*judged)(void *ctx);
	/* Before the events of each chunk: how many records it has, of which input. Before those
	 * that reassembly held until the end: none. May be NULL; only called with each. */
	void (*chunk)(void *ctx, uint16_t source, uint64_t records);
	void *ctx;
	/* After each chunk, in order: what its lines gave. May be NULL. */
	void (*tally)(void *ctx, const struct engine_tally *t);
	void *tally_ctx;
	void (*progress)(void *input); /* now and then, or NULL */
};

/* Read the input to its end. Zero or a negative errno; what could be read was judged. */
int pipeline_run(const struct pipeline_options *o);
