/* SPDX-License-Identifier: ISC
 *
 * A recogniser is told every event of a promoted pair and answers which tool the traffic is like.
 * What is known of tools lies in lib/judge/tools, which this folder must not include; so the
 * evidence of a pair keeps the recogniser's state without knowing what is in it, and the engine
 * joins the two. The state starts as zeroes and holds no pointers. */
#pragma once

#include "lib/decode/event.h"

enum { RECOGNISE_BYTES = 448 };

enum confidence {
	CONFIDENCE_NONE,
	CONFIDENCE_CONSISTENT, /* nothing speaks against it */
	CONFIDENCE_LIKELY,     /* several properties that others rarely have together */
	CONFIDENCE_EXACT,      /* a false match is practically impossible */
};

struct recognised {
	uint8_t tool;       /* of the recogniser's own numbering, 0 = none */
	uint8_t confidence; /* enum confidence */
};

struct recogniser {
	/* Count one event; returns what holds from now on. */
	struct recognised (*feed)(void *state, const struct batch *b, const struct event *e);
};
