/* SPDX-License-Identifier: ISC
 *
 * Whether anything was understood of each input: a log whose fields were renamed must not pass for
 * a quiet one. */
#pragma once

#include "app/capture/listing.h"
#include "lib/engine/engine.h"

struct tally_input;

struct tally {
	struct tally_input *at;
	size_t n;
};

bool tally_init(struct tally *ret, size_t n_inputs);
void tally_done(struct tally *t);
/* For pipeline_options.tally. */
void tally_chunk(void *tally, const struct engine_tally *t);
/* How many inputs had lines and gave nothing, each told unless quiet. What was only passed over (a
 * log of something else) counts where is_named: the user said what it is. */
unsigned tally_tell(const struct tally *t, const struct listing *inputs, bool is_named, bool quiet);
