/* SPDX-License-Identifier: ISC
 *
 * All feeders of a daemon as one sequence of chunks. A chunk is handed over as soon as there is
 * anything: when traffic is thin each packet is judged at once, when it is thick chunks fill up
 * while the one before is judged. Once a second, or when nothing came for that long, a chunk tells
 * the time (dh_chunk.now_ns). */
#pragma once

#include "app/capture/feeder.h"

struct intake;

enum { INTAKE_FEEDERS_MAX = 128 };

struct intake_options {
	int stop_fd; /* readable: end; -1 for none */
	bool once;   /* end when every feeder has nothing more, instead of waiting */
	/* A source is gone (an interface went down): the intake ends after this was called. */
	void (*gone)(void *ctx, const struct feeder *f, int error);
	/* Once a second, between two chunks, by the clock of the computer. */
	void (*second)(void *ctx, int64_t now_ns);
	void *ctx;
};

/* Zero, or a negative errno. */
int intake_new(struct intake **ret_intake, const struct intake_options *o);
/* Takes the feeder over, also when it fails. */
int intake_add(struct intake *in, struct feeder *f);
/* The next chunk: 1, or 0 when it is to end. Waits. */
int intake_next(struct intake *in, struct chunk_slot *slot);
/* Frees the feeders too. */
void intake_free(struct intake *in);

unsigned intake_count(const struct intake *in);
const struct feeder *intake_feeder(const struct intake *in, unsigned i);
