/* SPDX-License-Identifier: ISC */
#include <stdint.h>

#include "fuzz/sound.h"
#include "lib/decode/dnstap.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct line_meta meta = {0};
	struct batch *b = sound_fresh();
	(void)dnstap_payload(view_of(data, size), &meta, 0, b);
	sound_batch(b);
	struct dh_frame frame = {.data = data, .caplen = (uint32_t)size, .len = (uint32_t)size};
	(void)dnstap_frame_time(&frame);
	return 0;
}
