/* SPDX-License-Identifier: ISC */
#include "app/capture/slot.h"

#include <errno.h>
#include <stdlib.h>

int slot_init(struct chunk_slot *ret_slot)
{
	struct chunk_slot slot = {
	    .bytes = malloc(SLOT_BYTES),
	    .frames = malloc(DH_CHUNK_FRAMES * sizeof(struct dh_frame)),
	    .header = malloc(SLOT_HEADER_BYTES),
	};
	if (!slot.bytes || !slot.frames || !slot.header) {
		slot_done(&slot);
		return -ENOMEM;
	}
	*ret_slot = slot;
	return 0;
}

void slot_done(struct chunk_slot *slot)
{
	free(slot->bytes);
	free(slot->frames);
	free(slot->header);
	*slot = (struct chunk_slot){0};
}
