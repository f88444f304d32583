/* SPDX-License-Identifier: ISC
 *
 * One sink's thread: takes events from the journal in order, has its driver tell them, and moves
 * its place only when the receiver has them. Failures are tried again, each time after a longer
 * pause, for as long as the journal keeps the event. */
#pragma once

#include "app/alert/journal.h"
#include "app/alert/sink.h"

struct channel_config {
	const struct sink_config *sink; /* copied */
	const struct journal *journal;
	void (*log)(void *ctx, const char *text);
	void *log_ctx;
};

struct channel;

int channel_start(struct channel **ret, const struct channel_config *c);
/* There are new events. Never waits for a receiver. */
void channel_wake(struct channel *c);
/* From now on only what can be told within wait_ms; returns at once. */
void channel_stop(struct channel *c, unsigned wait_ms);
/* After channel_stop(): waits for the thread. */
void channel_free(struct channel *c);
void channel_stats(struct channel *c, struct alerts_sink_stats *ret);
