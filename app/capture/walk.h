/* SPDX-License-Identifier: ISC
 *
 * The walkers (pcapfile, pcapng, fstrm) are pure: they look at a window of bytes and write down
 * where the packets lie. source.c owns the window, refills it and tells what went wrong. A walker
 * keeps its state between windows; the result does not depend on where windows are cut. */
#pragma once

#include "dnshound.h"
#include "lib/base/view.h"

/* The longest record any walker asks to see at once; a longer one is an error. */
#define WALK_RECORD_MAX (1u << 20)
/* As libpcap's MAXIMUM_SNAPLEN and Wireshark's WTAP_MAX_PACKET_SIZE_STANDARD. */
#define WALK_PACKET_MAX 262144u
/* How far behind a broken record the next good one is looked for. */
#define WALK_RESYNC_BYTES (64u << 10)

enum walk_end {
	WALK_MORE, /* the window ends before a record does; `need` bytes from `used` on would do */
	WALK_FULL, /* frames[] is full */
	WALK_SKIP, /* drop `skip` bytes from `used` on, most of them not in the window */
	WALK_BAD,  /* no record begins at `used`: `why`; try to resync */
	WALK_FOREIGN /* nothing of this file is for us: `why` */
};

struct walk {
	struct dh_frame *frames; /* the caller's, max_frames of them; data points into the window */
	uint32_t max_frames;
	uint32_t n_frames;
	size_t used;
	size_t need;
	uint64_t skip;
	const char *why;
	uint64_t value; /* the number that `why` speaks of, 0 if none */
};

enum resync { RESYNC_FOUND, RESYNC_MORE, RESYNC_NONE };
