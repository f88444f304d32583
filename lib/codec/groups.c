/* SPDX-License-Identifier: ISC */
#include "lib/codec/groups.h"

#include <errno.h>

#include "lib/codec/codec.h"

static const struct groups table[GROUPS_COUNT] = {
    [GROUPS_BASE63] = {"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-", 63, 5, 7,
        false},
    [GROUPS_BASE37] = {"abcdefghijklmnopqrstuvwxyz0123456789-", 37, 7, 11, true},
    [GROUPS_BASE87] = {"!#$%&'*+,-./0123456789:<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`"
                       "abcdefghijklmnopqrstuvwxyz{|}",
        87, 4, 5, false},
};

const struct groups *groups_of(enum groups_id id)
{
	return &table[id];
}

ptrdiff_t groups_encode(const struct groups *g, struct view bytes, char *to, size_t cap)
{
	size_t n = (bytes.len + g->bytes - 1) / g->bytes;
	if (n * g->symbols > cap)
		return -ENOSPC;
	for (size_t group = 0; group < n; group++) {
		uint64_t v = 0;
		for (size_t i = group * g->bytes; i < (group + 1) * g->bytes; i++)
			v = v << 8 | (i < bytes.len ? bytes.p[i] : 0);
		for (size_t i = g->symbols; i > 0; i--, v /= g->base)
			to[group * g->symbols + i - 1] = g->alphabet[v % g->base];
	}
	return (ptrdiff_t)(n * g->symbols);
}

static int value(const struct groups *g, uint8_t symbol)
{
	if (g->fold && symbol >= 'A' && symbol <= 'Z')
		symbol |= 0x20;
	const char *at = symbol ? memchr(g->alphabet, symbol, g->base) : NULL;
	return at ? (int)(at - g->alphabet) : -1;
}

ptrdiff_t groups_decode(const struct groups *g, struct view text, uint8_t *to, size_t cap)
{
	size_t n = text.len / g->symbols;
	if (text.len % g->symbols)
		return -EINVAL;
	if (n * g->bytes > cap)
		return -ENOSPC;
	for (size_t group = 0; group < n; group++) {
		uint64_t v = 0;
		for (size_t i = 0; i < g->symbols; i++) {
			int digit = value(g, text.p[group * g->symbols + i]);
			if (digit < 0)
				return -EINVAL;
			v = v * g->base + (unsigned)digit;
		}
		if (v >> (8 * g->bytes))
			return -EINVAL;
		for (size_t i = 0; i < g->bytes; i++)
			to[group * g->bytes + i] = (uint8_t)(v >> (8 * (g->bytes - 1u - i)));
	}
	return (ptrdiff_t)(n * g->bytes);
}

ptrdiff_t groups_decode_sized(const struct groups *g, struct view text, uint8_t *to, size_t cap)
{
	uint8_t head[8], last[8];
	if (text.len < g->symbols ||
	    groups_decode(g, view_of(text.p, g->symbols), head, sizeof(head)) < 2)
		return -EINVAL;
	size_t len = head[0] | (size_t)head[1] << 8;
	size_t whole = len / g->bytes, rest = len % g->bytes, at = g->symbols;
	if (text.len != (1 + whole + (rest > 0)) * g->symbols)
		return -EINVAL;
	if (len > cap)
		return -ENOSPC;
	ptrdiff_t n = groups_decode(g, view_of(text.p + at, whole * g->symbols), to, cap);
	if (n < 0 || rest == 0)
		return n;
	at += whole * g->symbols;
	if (groups_decode(g, view_of(text.p + at, g->symbols), last, sizeof(last)) < 0)
		return -EINVAL;
	memcpy(to + n, last, rest);
	return (ptrdiff_t)len;
}

ptrdiff_t groups_decode_marked(struct view text, uint8_t *to, size_t cap)
{
	if (text.len == 0)
		return -EINVAL;
	struct view rest = view_of(text.p + 1, text.len - 1);
	switch (text.p[0] | 0x20) {
	case 'a':
		return codec_decode(codec_of(CODEC_SAFE16), rest, to, cap);
	case 'b':
		return groups_decode_sized(groups_of(GROUPS_BASE63), rest, to, cap);
	case 'h':
		return groups_decode_sized(groups_of(GROUPS_BASE37), rest, to, cap);
	default:
		return -EINVAL;
	}
}
