/* SPDX-License-Identifier: ISC
 *
 * Symbols of names, as families of tools ask for them: which alphabets a text is of, and its first
 * bytes decoded. Whole texts are lib/codec's business. */
#pragma once

#include "lib/base/view.h"

/* Alphabets, as bits: which of them hold every symbol of a text. Both cases count as one. */
enum alphabet {
	ALPHABET_HEX = 1 << 0,
	ALPHABET_DECIMAL = 1 << 1,
	ALPHABET_RFC32 = 1 << 2,    /* a-z 2-7 */
	ALPHABET_IODINE32 = 1 << 3, /* a-z 0-5 */
	ALPHABET_36 = 1 << 4,       /* a-z 0-9 */
	ALPHABET_64 = 1 << 5,       /* a-z 0-9 + / - _ * = */
	ALPHABET_A_P = 1 << 6,
	ALPHABET_LOWER = 1 << 7, /* no capital letters */
};

/* Decode hex (both cases) over the labels of [at, end), dots ignored, up to the first label that
 * holds another symbol, or cap bytes. Returns the bytes written. */
size_t tool_hex(const uint8_t *name, size_t at, size_t end, uint8_t *to, size_t cap);
/* How many bytes there are in all. */
size_t tool_hex_length(const uint8_t *name, size_t at, size_t end);

/* The alphabets of any text. */
uint8_t tool_alphabets(const uint8_t *text, size_t len);

/* RFC 4648 base32 in either case, or another alphabet of 32 symbols (NULL: that one), up to the
 * first foreign symbol. Returns the bytes written. */
size_t tool_base32(const char *alphabet, struct view text, uint8_t *to, size_t cap);

/* The value of a decimal text of 1 to 9 digits, or -1. */
int64_t tool_decimal(const uint8_t *text, size_t len);

/* Lower case of an ASCII letter, anything else as it is. */
static inline uint8_t tool_fold(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* Whether text starts with a lower-case word, in either case. */
static inline bool tool_starts(const uint8_t *text, size_t len, const char *word)
{
	size_t i = 0;
	for (; word[i]; i++)
		if (i == len || tool_fold(text[i]) != (uint8_t)word[i])
			return false;
	return true;
}

/* Whether a text is a lower-case word, in either case. */
static inline bool tool_is(struct view text, const char *word)
{
	return text.len == strlen(word) && tool_starts(text.p, text.len, word);
}
