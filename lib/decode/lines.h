/* SPDX-License-Identifier: ISC
 *
 * Lines of JSON from sensors, mixed as they may be: Zeek's, EVE's, those of dnshound's agent and of
 * AppScope are told apart line by line, by their keys. */
#pragma once

#include "lib/decode/line.h"

/* Read whole lines into b. Blank ones are passed over, records of other logs count as skipped,
 * what is not understood is counted by reason; no line costs its neighbours anything. */
void json_lines(struct view lines, const struct line_meta *meta, struct batch *b);

/* The time of one line, INT64_MIN without one. Looks no further than its key. */
int64_t json_line_time(struct view line);
