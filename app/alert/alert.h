/* SPDX-License-Identifier: ISC
 *
 * The life of alerts: a finding opens one, updates it when it gets worse, and it closes when
 * nothing of it was seen for a while. One alert per finding, never one per query.
 *
 * Who watches calls alerts_finding() for every subject that was judged at or above the threshold,
 * as often as it likes: at each judgement and at each tick. Nothing hangs on a single call; what is
 * not new costs a look into a table. The call never waits: it takes no lock that is held while
 * something is written or sent. Threads of this module write the journal (the store) and tell the
 * sinks.
 *
 * Times are event times in nanoseconds since the epoch, so that a replayed day has the same alerts
 * as the day itself; only sinks know the clock on the wall. All functions but alerts_stats() are
 * called from one thread. */
#pragma once

#include "app/alert/journal.h"
#include "app/alert/sink.h"
#include "include/dnshound.h"

struct alerts_config {
	const struct journal
	    *journal;       /* where alerts and their events are kept: app/alert/journal.h */
	uint32_t threshold; /* score from which a finding is an alert: 50 */
	uint32_t quiet_s;   /* without an event for so long it closes: 3600; never less
	                       than four times the mean gap of its queries, up to a day */
	uint32_t update_s;  /* updates of one alert are at least so far apart: 60; what
	                       becomes more severe is told at once */
	uint32_t max_open;  /* alerts that live at the same time: 4096 */
	const struct sink_config *sinks;
	size_t n_sinks;
	/* Told once for each thing that goes wrong, from any thread; never holds a secret. */
	void (*log)(void *ctx, const char *text);
	void *log_ctx;
};

/* What is filled in where the caller does not care. */
void alerts_defaults(struct alerts_config *c);

struct alerts;

/* Takes up what the journal says is open and starts the threads. The configuration is copied.
 * Zero, or a negative errno after saying why through `log`. */
int alerts_init(struct alerts **ret, const struct alerts_config *c);

/* A finding as it stands now. Below the threshold it is kept as a pair of interest. */
void alerts_finding(struct alerts *a, const struct dh_finding *f, int64_t now_ns);

/* Time has come so far: closes what is quiet. At least once a minute. */
void alerts_tick(struct alerts *a, int64_t now_ns);

/* Write what is new and give the sinks up to wait_ms to say it; what they could not stays in the
 * journal for the next start. No alert is closed by this. */
void alerts_close(struct alerts *a, unsigned wait_ms);

struct alerts_stats {
	uint64_t opened, updated, closed, muted;
	uint64_t open[DH_CRITICAL + 1]; /* by severity, now */
	uint64_t open_up, open_down;    /* bytes that those have leaked */
	uint64_t refused;               /* findings that had no room among the open ones */
	uint64_t put_off;               /* changes that wait for the next call: too many at once */
	uint64_t journal_errors;
	size_t n_sinks;
	struct alerts_sink_stats sinks[SINKS_MAX];
};

/* From any thread. Names of sinks last as long as `a`. */
void alerts_stats(struct alerts *a, struct alerts_stats *ret);
