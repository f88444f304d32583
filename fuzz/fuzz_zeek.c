/* SPDX-License-Identifier: ISC
 *
 * Zeek's TSV: header lines first, as many as begin with #, then lines. In two halves the lines
 * give the same number of events as in one piece, and with much behind them, where they are read
 * another way, the same events. */
#include <stdint.h>

#include "fuzz/sound.h"
#include "lib/decode/zeek.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct line_meta meta = {0};
	struct batch *b = sound_fresh();
	size_t head = 0;
	while (head < size && data[head] == '#') {
		const uint8_t *end = memchr(data + head, '\n', size - head);
		head = end ? (size_t)(end - data) + 1 : size;
	}
	struct view header = view_of(data, head), lines = view_of(data + head, size - head);
	zeek_tsv_lines(header, lines, &meta, b);
	sound_batch(b);
	size_t len;
	uint8_t *wide = sound_wide(lines.p, lines.len, &len);
	struct batch *other = sound_fresh_of(1);
	zeek_tsv_lines(header, view_of(wide, len), &meta, other);
	sound_same(b, other);
	free(wide);
	if (lines.len)
		(void)zeek_tsv_time(header, lines);
	/* Header lines in between hold from there on, so only without them halves are independent.
	 */
	const uint8_t *half =
	    lines.len ? memchr(lines.p + lines.len / 2, '\n', lines.len - lines.len / 2) : NULL;
	bool plain = head < size && !memchr(data + head, '#', size - head);
	if (half && plain && b->malformed[MALFORMED_BATCH_LIMIT] == 0) {
		uint32_t n = b->n;
		size_t first = (size_t)(half - lines.p) + 1;
		batch_reset(b);
		zeek_tsv_lines(header, view_of(lines.p, first), &meta, b);
		zeek_tsv_lines(header, view_of(lines.p + first, lines.len - first), &meta, b);
		dh_assert(b->n == n);
	}
	return 0;
}
