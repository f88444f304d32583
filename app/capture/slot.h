/* SPDX-License-Identifier: ISC
 *
 * A slot is the memory of one chunk. A pipeline keeps several, hands an idle one to source_next()
 * or merge_next(), and hands it in again once its chunk is consumed: nothing is shared between
 * slots, so chunks may be alive at the same time, in any thread, and end in any order.
 *
 * Input is read(2) into the slot, not mapped: measured on a cached 677 MB capture, a read into a
 * buffer that stays in the cache costs less than the page faults of a mapping, the peak of memory
 * is that of the slots, and a file that is cut while it is read ends early instead of raising
 * SIGBUS. */
#pragma once

#include "app/capture/walk.h"

/* Bytes of a chunk, and of a line. */
#define SLOT_CHUNK_BYTES (128u << 10)
#define SLOT_LINE_MAX (1u << 20)
/* Room for the longest record or line with its newline; untouched pages cost nothing. */
#define SLOT_BYTES (WALK_RECORD_MAX + 64)
/* The # lines of a Zeek log. */
#define SLOT_HEADER_BYTES (16u << 10)

struct chunk_slot {
	struct dh_chunk chunk; /* points into the rest */
	uint8_t *bytes;
	struct dh_frame *frames;
	char *header;
	uint8_t peer[16];
};

/* Zero, or -ENOMEM. */
int slot_init(struct chunk_slot *ret_slot);
void slot_done(struct chunk_slot *slot);
