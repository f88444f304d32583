/* SPDX-License-Identifier: ISC
 *
 * Lines over TCP or a unix socket: of JSON (Zeek's and EVE's, those of `dnshound run --to`, the
 * event stream of AppScope), or of a mapped log. What a line says is the decoder's business; here
 * are their ends, their length, and whether the sender may speak at all. */
#pragma once

#include "app/capture/conns.h"

struct listener_options {
	uint32_t max_line; /* longer ones are dropped, and counted */
	/* The first line of a connection, without its end: may this peer speak? NULL: everybody. */
	bool (*authorise)(void *ctx, struct view line);
	void *ctx;
	/* How the lines are read; NULL: lines of JSON, told apart by their keys. */
	const struct dh_mapping *mapping;
};

/* NULL: no memory, or no descriptors. */
struct feeder *listener_feeder(const struct conns_options *c, const struct listener_options *o);
