/* SPDX-License-Identifier: ISC
 *
 * Lines of the agent and of AppScope, with a sender whose address stands in for a missing one. */
#include <stdint.h>

#include "fuzz/sound.h"
#include "lib/decode/agent.h"
#include "lib/decode/appscope.h"
#include "lib/decode/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t peer[16] = {[10] = 0xff, [11] = 0xff, [12] = 10, [15] = 1};
	static const struct line_meta meta = {.peer = peer};
	struct view lines = view_of(data, size);
	struct batch *b = sound_fresh();
	json_lines(lines, &meta, b);
	sound_batch(b);
	size_t len;
	uint8_t *wide = sound_wide(data, size, &len);
	struct batch *other = sound_fresh_of(1);
	json_lines(view_of(wide, len), &meta, other);
	sound_same(b, other);
	free(wide);
	/* The same without the check of the whole line that json_lines() makes before. */
	struct line l = {.meta = &meta, .batch = b};
	batch_reset(b);
	while (line_next(&lines, &l))
		if (!agent_line(&l) && !appscope_line(&l))
			b->skipped++;
	sound_batch(b);
	return 0;
}
