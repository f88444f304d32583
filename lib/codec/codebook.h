/* SPDX-License-Identifier: ISC
 *
 * Code books: whole names that stand for one character each. PacketWhisper's take the place of the
 * 65 characters of base64, in the order a-z A-Z 0-9 / + =; three of them are short prefixes of
 * random labels below the domains of content networks, so that every name is new and asked of a
 * zone that belongs to somebody else.
 *
 * Source: PacketWhisper's lists (ciphers/), of which the first 65 entries are used. */
#pragma once

#include "lib/base/view.h"

enum codebook_id {
	CODEBOOK_AKSTAT,
	CODEBOOK_CDN_OPTIMIZELY,
	CODEBOOK_LOG_OPTIMIZELY,
	CODEBOOK_CLOUDFRONT,
	CODEBOOK_YOYODYNE,
	CODEBOOK_COUNT
};

#define CODEBOOK_WORDS 65

/* In words: "akstat.io". */
const char *codebook_name(enum codebook_id id);

/* The character of base64 that a name (wire form, either case) stands for in some book; 0 when it
 * is in none. Costs a comparison of the last bytes for names of other zones. */
char codebook_read(struct view name, enum codebook_id *ret_book);

/* The name's label(s) of a character without what is random, for tests and captures made up:
 * "716l", "John.Barnett". */
struct view codebook_word(enum codebook_id id, unsigned which);
