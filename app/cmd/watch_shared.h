/* SPDX-License-Identifier: ISC
 *
 * What the worker shows of itself, in memory that the other processes of the daemon see: written
 * once a second and read at any time, so each number is true, but two may be a second apart. */
#pragma once

#include <stdatomic.h>

#include "app/capture/feeder.h"
#include "app/cmd/config.h"
#include "lib/engine/engine.h"

struct watch_source_counts {
	struct feeder_counts counts;
	_Atomic int64_t lag_ms; /* age of the newest event when it came */
	_Atomic bool has_lag;
	_Atomic int64_t heard_ns; /* when something last came of it, by the clock */
};

struct watch_shared {
	_Atomic int64_t beat_ns;  /* the worker's last second, CLOCK_MONOTONIC */
	_Atomic int64_t clock_ns; /* event time */
	_Atomic uint64_t reports, reports_lost, reports_late;
	_Atomic bool is_running;
	bool has_landlock;
	struct engine_stats stats;
	struct watch_source_counts sources[CONFIG_SOURCES_MAX];
	uint64_t problems[CAPTURE_REASON_COUNT];
};
