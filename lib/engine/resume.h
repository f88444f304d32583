/* SPDX-License-Identifier: ISC
 *
 * An engine whose memory outlives its process. */
#pragma once

#include "lib/engine/engine.h"

/* As engine_init(), over memory in which an engine with a journal was at work until its process was
 * killed, at whatever instruction: what it knew is taken up again, but for the event it was at, in
 * each shard. The memory must have been handed to an engine of the same layout; what lies behind
 * engine_tables_size() need not be there any more. */
struct engine_resumed {
	uint64_t undone;   /* events that were half done */
	uint64_t dropped;  /* records of evidence that belonged to nobody any more */
	uint64_t evidence; /* that go on */
};
struct engine *engine_resume(
    void *mem, const struct engine_config *c, struct engine_resumed *ret_resumed);
/* A number that is the same where memory means the same: build and configuration. */
uint64_t engine_layout(const struct engine_config *c);
