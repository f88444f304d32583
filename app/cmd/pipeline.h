/* SPDX-License-Identifier: ISC
 *
 * Threads for the engine's four steps. A board lists the slots in flight; whoever is free takes
 * the most advanced piece of work that may begin: that keeps few chunks in flight and their events
 * in the cache. Verdicts do not depend on the number of workers. */
#pragma once

#include "app/capture/merge.h"
#include "lib/engine/engine.h"

struct pipeline_options {
	struct engine *engine;
	struct merge *input;
	unsigned workers;      /* 1 runs everything in the calling thread */
	engine_event_fn *each; /* called for every event in order, or NULL */
	/* Before the events of each chunk: how many records it has, of which input. Before those
	 * that reassembly held until the end: none. May be NULL; only called with each. */
	void (*chunk)(void *ctx, uint16_t source, uint64_t records);
	void *ctx;
	void (*progress)(void *ctx, uint64_t done, uint64_t total); /* now and then, or NULL */
	void *progress_ctx;
};

/* Read the input to its end. Zero or a negative errno; what could be read was judged. */
int pipeline_run(const struct pipeline_options *o);
