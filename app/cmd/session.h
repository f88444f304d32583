/* SPDX-License-Identifier: ISC
 *
 * One run over inputs: everything opened, read to the end, judged. What scan and hunt share. */
#pragma once

#include "app/capture/listing.h"
#include "app/cmd/allow.h"
#include "app/cmd/baseline_read.h"
#include "app/cmd/inputs.h"
#include "app/cmd/options.h"
#include "app/cmd/services_load.h"
#include "lib/engine/engine.h"

struct session {
	const struct options *options;
	struct engine *engine;
	struct engine_config config;
	struct engine_stats stats;
	struct scorecard scorecard;
	uint64_t problems[CAPTURE_REASON_COUNT];
	unsigned errors, warnings;
	bool quiet; /* set before session_run(): what is wrong with inputs is counted, not told */
	double elapsed_s;
	struct listing *inputs;
	struct inputs *presets;
	engine_event_fn *each; /* set before session_run() to see every event in order */
	void (*each_chunk)(void *ctx, uint16_t source, uint64_t records); /* as in pipeline.h */
	void *each_ctx;
	/* The process that asked most in a finding's zone; NULL where nobody knows of processes. */
	bool (*process_of)(void *ctx, const struct finding *f, struct dh_process *ret);
	void *process_ctx;
	struct allow allow;
	struct suffix *suffix;
	struct services_memory services;
	struct baseline_memory baseline;
	void *engine_memory, *suffix_memory, *model_memory;
	size_t engine_bytes;
};

/* The tables alone, for commands that read no input. False after telling what is wrong. */
bool session_tables(struct session *s, const struct options *o);
/* Tables and memory. False after telling on standard error what is wrong. */
bool session_open(struct session *s, const struct options *o, bool keep_all);
/* Read and judge the inputs of the options. What is wrong with one is told and counted. */
bool session_run(struct session *s);
/* The time that is span_s before the newest event: the inputs are read once for it. False after
 * telling why that cannot be, naming the option that wants it. */
bool session_window(
    const struct options *o, const char *option, int64_t span_s, int64_t *ret_from_ns);
/* Forget all that was read and found, for another session_run(). False after telling why not. */
bool session_rewind(struct session *s);
void session_close(struct session *s);

/* Whether --client and --zone let a finding through. */
bool session_wants(const struct session *s, const struct finding *f);
