/* SPDX-License-Identifier: ISC
 *
 * The first byte chooses the link type, the second how much of the frame the capture lost; the rest
 * is the frame. */
#include "fuzz/sound.h"
#include "lib/decode/frame.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t linktypes[] = {1, 101, 0, 9, 10, 12, 50, 51, 104, 105, 108, 109, 113,
	    117, 127, 192, 228, 229, 276, 147};
	struct batch *b = sound_fresh();
	if (size < 2 || size > 70000)
		return 0;
	struct segment noted;
	struct segment_list later = {.at = &noted, .cap = 1};
	struct frame_meta meta = {.n_ports = 2, .ports = {53, 8053}};
	struct dh_frame f = {
	    .data = data + 2,
	    .caplen = (uint32_t)size - 2,
	    .len = (uint32_t)size - 2 + data[1],
	    .linktype = linktypes[data[0] % (sizeof(linktypes) / sizeof(linktypes[0]))],
	};
	frame_decode(&f, &meta, b, &later);
	dh_assert(b->records == 1 && b->n + later.n <= 1);
	if (later.n > 0) {
		dh_assert(noted.data >= f.data && noted.data + noted.len <= f.data + f.caplen);
	}
	b->skipped += later.n; /* what is noted is accounted for later */
	sound_batch(b);
	return 0;
}
