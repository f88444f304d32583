/* SPDX-License-Identifier: ISC
 *
 * Lines of JSON, EVE's and Zeek's, through the reader that tells them apart; and once more with
 * much behind them, where they are read another way. */
#include <stdint.h>

#include "fuzz/sound.h"
#include "lib/decode/lines.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct line_meta meta = {0};
	struct batch *b = sound_fresh();
	json_lines(view_of(data, size), &meta, b);
	sound_batch(b);
	size_t len;
	uint8_t *wide = sound_wide(data, size, &len);
	struct batch *other = sound_fresh_of(1);
	json_lines(view_of(wide, len), &meta, other);
	sound_same(b, other);
	free(wide);
	(void)json_line_time(view_of(data, size));
	return 0;
}
