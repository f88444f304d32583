/* SPDX-License-Identifier: ISC
 *
 * The classic capture file (draft-ietf-opsawg-pcap): microseconds and nanoseconds, either byte
 * order, and A. Kuznetzov's variant with 24-byte record headers. */
#pragma once

#include "app/capture/walk.h"

struct pcapfile {
	uint32_t linktype;
	uint32_t frac_ns;       /* ns in a unit of the second time field: 1000 or 1 */
	uint32_t record_header; /* bytes */
	uint32_t last_sec;      /* of the last packet, to judge what may follow a broken one */
	bool is_swapped;
	bool has_header;
	bool has_time;
};

/* Do these 4 bytes begin a capture file? */
bool pcapfile_magic(const uint8_t *p);
/* f starts zeroed. */
enum walk_end pcapfile_walk(struct pcapfile *f, struct view window, struct walk *w);
/* The window begins at a broken record. Finds the next plausible one: two in a row, or one that
 * ends with the file, with times within a day. is_last: nothing comes after the window. */
enum resync pcapfile_resync(
    const struct pcapfile *f, struct view window, bool is_last, size_t *ret_at);
