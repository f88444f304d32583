/* SPDX-License-Identifier: ISC */
#include "lib/codec/codec.h"

#include <errno.h>

#define LOWER "abcdefghijklmnopqrstuvwxyz"
#define UPPER "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS "0123456789"
/* iodine's high half: 0xBC..0xFD, accented letters of Latin-1 as resolvers' C programs keep them.
 */
#define HIGH                                                                                       \
	"\xbc\xbd\xbe\xbf\xc0\xc1\xc2\xc3\xc4\xc5\xc6\xc7\xc8\xc9\xca\xcb\xcc\xcd\xce\xcf\xd0\xd1" \
	"\xd2\xd3\xd4\xd5\xd6\xd7\xd8\xd9\xda\xdb\xdc\xdd\xde\xdf\xe0\xe1\xe2\xe3\xe4\xe5\xe6\xe7" \
	"\xe8\xe9\xea\xeb\xec\xed\xee\xef\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9\xfa\xfb\xfc\xfd"

static const struct codec codecs[CODEC_COUNT] = {
    [CODEC_HEX] = {"hex", DIGITS "abcdef", 4, 0, true},
    [CODEC_SAFE16] = {"safe16", "abcdefghijklmnop", 4, 0, true, true},
    [CODEC_BASE32] = {"base32", LOWER "234567", 5, '=', true},
    [CODEC_BASE32HEX] = {"base32hex", DIGITS "abcdefghijklmnopqrstuv", 5, '=', true},
    [CODEC_BASE32_PAD0] = {"base32-pad0", LOWER "234567", 5, '0', true},
    [CODEC_BASE32_IODINE] = {"base32-iodine", LOWER "012345", 5, 0, true},
    [CODEC_BASE32_SLIVER] = {"base32-sliver", "ab1c2d3e4f5g6h7j8k9m0npqrtuvwxyz", 5, 0, true},
    [CODEC_BASE32_WEASEL] = {"base32-weasel", "abcdefghijklmnopqrstuv-xyz234567", 5, 'w', true},
    [CODEC_BASE64] = {"base64", UPPER LOWER DIGITS "+/", 6, '='},
    [CODEC_BASE64URL] = {"base64url", UPPER LOWER DIGITS "-_", 6, '='},
    [CODEC_BASE64_STAR] = {"base64-star", UPPER LOWER DIGITS "*/", 6, '='},
    [CODEC_BASE64_IODINE] = {"base64-iodine", LOWER UPPER "-" DIGITS "+", 6, 0},
    [CODEC_BASE64U_IODINE] = {"base64u-iodine", LOWER UPPER "-" DIGITS "_", 6, 0},
    [CODEC_BASE64_SLIVER] = {"base64-sliver",
        "a0b2c5def6hijklmnopqr_st-uvwxyzA1B3C4DEFGHIJKLM7NO9PQR8ST+UVWXYZ", 6, 0},
    [CODEC_BASE128_IODINE] = {"base128", LOWER UPPER DIGITS HIGH, 7, 0},
};

const struct codec *codec_of(enum codec_id id)
{
	return &codecs[id];
}

static uint8_t other_case(uint8_t ch)
{
	uint8_t letter = ch | 0x20;
	return letter >= 'a' && letter <= 'z' ? ch ^ 0x20 : ch;
}

int codec_value(const struct codec *c, uint8_t symbol)
{
	size_t n = (size_t)1 << c->bits;
	const char *at = memchr(c->alphabet, symbol, n);
	if (!at && c->fold)
		at = memchr(c->alphabet, other_case(symbol), n);
	return at ? (int)(at - c->alphabet) : -1;
}

ptrdiff_t codec_encode(const struct codec *c, struct view bytes, char *to, size_t cap)
{
	unsigned mask = (1u << c->bits) - 1, held = 0, bits = 0;
	size_t n = 0, i = 0;
	while (i < bytes.len || bits > 0) {
		if (bits < c->bits && i < bytes.len) {
			held = c->lsb_first ? held | (unsigned)bytes.p[i] << bits
			                    : held << 8 | bytes.p[i];
			bits += 8;
			i++;
			continue;
		}
		if (n == cap)
			return -ENOSPC;
		unsigned value;
		if (c->lsb_first) {
			value = held & mask;
			held >>= c->bits;
		} else {
			value = (bits >= c->bits ? held >> (bits - c->bits)
			                         : held << (c->bits - bits)) &
			        mask;
		}
		to[n++] = c->alphabet[value];
		bits = bits > c->bits ? bits - c->bits : 0;
		if (!c->lsb_first)
			held &= (1u << bits) - 1;
	}
	return (ptrdiff_t)n;
}

/* Symbol to value + 1; 0 for symbols that are foreign. Made for each text: names are short, and a
 * table in memory for each of the alphabets would cost more cache than it saves. */
static void reverse(const struct codec *c, uint8_t table[256])
{
	memset(table, 0, 256);
	for (unsigned v = 0; v < 1u << c->bits; v++) {
		uint8_t ch = (uint8_t)c->alphabet[v];
		table[ch] = (uint8_t)(v + 1);
		if (c->fold)
			table[other_case(ch)] = (uint8_t)(v + 1);
	}
}

static ptrdiff_t decode(
    const struct codec *c, struct view text, uint8_t *to, size_t cap, bool strict)
{
	uint8_t table[256];
	reverse(c, table);
	if (c->pad) {
		size_t most = text.len;
		while (
		    text.len > 0 && text.p[text.len - 1] == (uint8_t)c->pad && most - text.len < 7)
			text.len--;
	}
	unsigned held = 0, bits = 0;
	size_t n = 0;
	for (size_t i = 0; i < text.len; i++) {
		unsigned v = table[text.p[i]];
		if (v == 0)
			return -EINVAL;
		v--;
		held = c->lsb_first ? held | v << bits : held << c->bits | v;
		bits += c->bits;
		if (bits < 8)
			continue;
		if (n == cap)
			return -ENOSPC;
		bits -= 8;
		to[n++] = (uint8_t)(c->lsb_first ? held : held >> bits);
		held = c->lsb_first ? held >> 8 : held & ((1u << bits) - 1);
	}
	/* A whole symbol that adds to no byte is one too many for any encoder. */
	if (strict && (bits >= c->bits || held != 0))
		return -EINVAL;
	return (ptrdiff_t)n;
}

ptrdiff_t codec_decode(const struct codec *c, struct view text, uint8_t *to, size_t cap)
{
	return decode(c, text, to, cap, true);
}

ptrdiff_t codec_decode_lax(const struct codec *c, struct view text, uint8_t *to, size_t cap)
{
	return decode(c, text, to, cap, false);
}
