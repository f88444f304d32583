/* SPDX-License-Identifier: ISC
 *
 * score = clamp(50 + sum of points, 0, 100). Each signal gives the points of the highest step its
 * value reaches; the steps are data (data/scorecard.tsv), read at start. */
#pragma once

#include "lib/judge/signal.h"

enum { SCORECARD_STEPS = 256 };

struct score_step {
	uint8_t subject; /* enum subject */
	uint8_t signal;
	int16_t points;
	int64_t at_least;
};

struct scorecard {
	uint32_t n;
	uint16_t first[SUBJECT_SUFFIX + 1][SIGNAL_COUNT + 1]; /* of a signal's steps, ascending */
	struct score_step steps[SCORECARD_STEPS];
	char version[24];
};

/* Read the table. Lines: subject, signal, at least, points, separated by tabs; '#' begins a
 * comment, "#version X" names the table. 0, or the number of the first line that is wrong. */
uint32_t scorecard_parse(struct scorecard *c, struct view text);

/* Points of one signal for a value. */
int scorecard_points(const struct scorecard *c, enum subject subject, enum signal s, int64_t value);
