/* SPDX-License-Identifier: ISC
 *
 * When something leaked: 64 steps from the first leak to the last, whatever lies between. Steps
 * begin as a hundredth of a second; when there is no room for one more, each two become one. So a
 * tunnel of ten seconds and a drip of a month both show their shape, in half a KiB.
 *
 * Frequency: each new name and each answer of a promoted pair: one division, one addition. */
#pragma once

#include <stdint.h>

enum { TIMELINE_STEPS = 64, TIMELINE_STEP_MS = 10 };

struct timeline {
	int64_t from_ns; /* the first step begins; 0: nothing has leaked yet */
	uint64_t step_ms;
	uint32_t n;                                        /* steps up to the last with a leak */
	uint32_t up[TIMELINE_STEPS], down[TIMELINE_STEPS]; /* bits; they stop at the largest */
};

/* Count bits, in 1/256, at a time. What is older than the first counts with the first. */
void timeline_add(struct timeline *t, int64_t time_ns, uint64_t up_256, uint64_t down_256);
