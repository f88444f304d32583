/* SPDX-License-Identifier: ISC */
#include "lib/carve/blocks.h"

static size_t decode(const struct blocks *b, size_t symbols, uint8_t *to)
{
	ptrdiff_t n = codec_decode_lax(b->codec, view_of(b->text, symbols), to, BLOCKS_OUT);
	return n > 0 ? (size_t)n : 0;
}

size_t blocks_put(struct blocks *b, struct view text, uint8_t to[BLOCKS_OUT])
{
	size_t skip = b->held == 0 ? (8 - b->symbols % 8) % 8 : 0;
	if (text.len > NAME_BYTES_MAX)
		text.len = NAME_BYTES_MAX;
	b->symbols += text.len;
	if (skip > text.len)
		skip = text.len;
	if (text.len > skip)
		memcpy(b->text + b->held, text.p + skip, text.len - skip);
	b->held += text.len - skip;
	size_t whole = b->held / 8 * 8, n = decode(b, whole, to);
	b->held -= whole;
	memmove(b->text, b->text + whole, b->held);
	return n;
}

size_t blocks_end(struct blocks *b, uint8_t to[BLOCKS_OUT])
{
	size_t n = decode(b, b->held, to);
	b->held = 0;
	return n;
}

void blocks_skip(struct blocks *b, uint64_t symbols)
{
	b->symbols += symbols;
}
