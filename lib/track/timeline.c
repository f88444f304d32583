/* SPDX-License-Identifier: ISC */
#include "lib/track/timeline.h"

/* Whoever writes times can make steps as long as this, and no longer. */
#define STEP_MS_MAX ((uint64_t)TIMELINE_STEP_MS << 40)
#define NS_PER_MS 1000000

static uint32_t sum(uint32_t a, uint64_t b)
{
	return b > UINT32_MAX - a ? UINT32_MAX : a + (uint32_t)b;
}

static void halve(struct timeline *t)
{
	for (unsigned i = 0; i < TIMELINE_STEPS / 2; i++) {
		t->up[i] = sum(t->up[2 * i], t->up[2 * i + 1]);
		t->down[i] = sum(t->down[2 * i], t->down[2 * i + 1]);
	}
	for (unsigned i = TIMELINE_STEPS / 2; i < TIMELINE_STEPS; i++)
		t->up[i] = t->down[i] = 0;
	t->step_ms *= 2;
	t->n = (t->n + 1) / 2;
}

void timeline_add(struct timeline *t, int64_t time_ns, uint64_t up_256, uint64_t down_256)
{
	uint64_t at = 0;

	if (up_256 + down_256 == 0)
		return;
	if (t->n == 0) {
		t->from_ns = time_ns;
		t->step_ms = TIMELINE_STEP_MS;
	}
	if (time_ns > t->from_ns) {
		/* Unsigned: the distance of two hostile times need not fit a signed number. */
		uint64_t ms = ((uint64_t)time_ns - (uint64_t)t->from_ns) / NS_PER_MS;
		while (ms / t->step_ms >= TIMELINE_STEPS && t->step_ms < STEP_MS_MAX)
			halve(t);
		at = ms / t->step_ms;
	}
	t->up[at] = sum(t->up[at], (up_256 + 128) >> 8);
	t->down[at] = sum(t->down[at], (down_256 + 128) >> 8);
	if (at >= t->n)
		t->n = (uint32_t)at + 1;
}
