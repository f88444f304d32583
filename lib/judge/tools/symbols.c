/* SPDX-License-Identifier: ISC */
#include "lib/judge/tools/symbols.h"

/* The alphabets of ASCII, both cases alike but for ALPHABET_LOWER. */
#define __ ALPHABET_LOWER
#define ALNUM (ALPHABET_36 | ALPHABET_64 | ALPHABET_LOWER)
#define D0 (ALNUM | ALPHABET_HEX | ALPHABET_DECIMAL | ALPHABET_IODINE32)
#define D2 (D0 | ALPHABET_RFC32)
#define D6 (ALNUM | ALPHABET_HEX | ALPHABET_DECIMAL | ALPHABET_RFC32)
#define D8 (ALNUM | ALPHABET_HEX | ALPHABET_DECIMAL)
#define LZ (ALNUM | ALPHABET_RFC32 | ALPHABET_IODINE32)
#define LP (LZ | ALPHABET_A_P)
#define LF (LP | ALPHABET_HEX)
#define UF (LF & ~ALPHABET_LOWER)
#define UP (LP & ~ALPHABET_LOWER)
#define UZ (LZ & ~ALPHABET_LOWER)
#define S6 (ALPHABET_64 | ALPHABET_LOWER)
static const uint8_t alphabets_of[128] = {
    __, __, __, __, __, __, __, __, __, __, __, __, __, __, __, __, /* 00 */
    __, __, __, __, __, __, __, __, __, __, __, __, __, __, __, __, /* 10 */
    __, __, __, __, __, __, __, __, __, __, S6, S6, __, S6, __, S6, /* 20: * + - / */
    D0, D0, D2, D2, D2, D2, D6, D6, D8, D8, __, __, __, S6, __, __, /* 30: 0-9 = */
    __, UF, UF, UF, UF, UF, UF, UP, UP, UP, UP, UP, UP, UP, UP, UP, /* 40 */
    UP, UZ, UZ, UZ, UZ, UZ, UZ, UZ, UZ, UZ, UZ, __, __, __, __, S6, /* 50: _ */
    __, LF, LF, LF, LF, LF, LF, LP, LP, LP, LP, LP, LP, LP, LP, LP, /* 60 */
    LP, LZ, LZ, LZ, LZ, LZ, LZ, LZ, LZ, LZ, LZ, __, __, __, __, __, /* 70 */
};

uint8_t tool_alphabets(const uint8_t *text, size_t len)
{
	uint8_t all = 0xff;
	for (size_t i = 0; i < len && all; i++)
		all &= text[i] < 128 ? alphabets_of[text[i]] : ALPHABET_LOWER;
	return all;
}

static bool is_hex(const uint8_t *text, size_t len)
{
	return len > 0 && tool_alphabets(text, len) & ALPHABET_HEX;
}

size_t tool_hex(const uint8_t *name, size_t at, size_t end, uint8_t *to, size_t cap)
{
	size_t digits = 0;
	for (; at < end && digits < 2 * cap && is_hex(name + at + 1, name[at]); at += 1u + name[at])
		for (size_t i = 1; i <= name[at] && digits < 2 * cap; i++, digits++) {
			uint8_t c = name[at + i];
			uint8_t v = (uint8_t)(c <= '9' ? c - '0' : (c & 7) + 9);
			uint8_t *byte = &to[digits / 2];
			*byte = (uint8_t)(digits % 2 ? *byte << 4 | v : v);
		}
	return digits / 2;
}

size_t tool_hex_length(const uint8_t *name, size_t at, size_t end)
{
	size_t digits = 0;
	for (; at < end && is_hex(name + at + 1, name[at]); at += 1u + name[at])
		digits += name[at];
	return digits / 2;
}

/* Of RFC 4648, or of the alphabet; -1 for a foreign symbol. */
static int value32(const char *alphabet, uint8_t c)
{
	c = tool_fold(c);
	if (alphabet) {
		const char *found = c ? strchr(alphabet, c) : NULL;
		return found ? (int)(found - alphabet) : -1;
	}
	return c >= 'a' && c <= 'z' ? c - 'a' : c >= '2' && c <= '7' ? c - '2' + 26 : -1;
}

size_t tool_base32(const char *alphabet, struct view text, uint8_t *to, size_t cap)
{
	uint32_t held = 0, bits = 0;
	size_t n = 0;
	for (size_t i = 0; i < text.len && n < cap; i++) {
		int v = value32(alphabet, text.p[i]);
		if (v < 0)
			break;
		held = held << 5 | (uint32_t)v;
		bits += 5;
		if (bits >= 8) {
			bits -= 8;
			to[n++] = (uint8_t)(held >> bits);
		}
	}
	return n;
}

int64_t tool_decimal(const uint8_t *text, size_t len)
{
	int64_t v = 0;
	if (len == 0 || len > 9)
		return -1;
	for (size_t i = 0; i < len; i++) {
		if (text[i] < '0' || text[i] > '9')
			return -1;
		v = v * 10 + (text[i] - '0');
	}
	return v;
}
