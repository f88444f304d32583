/* SPDX-License-Identifier: ISC
 *
 * PacketWhisper: names out of a code book of 65 words below the domains of others (codebook.h),
 * half a second apart. One word can be chance; a row of them, of many different ones, is not. The
 * book of well-known websites is not recognised: each of its names is what everybody asks for.
 * Names below cloudfront.net are zones of their own, one each, so a pair does not show them; they
 * are carved when that zone is named.
 *
 * Source: PacketWhisper's ciphers. Not confirmed on a capture, so at most likely. */
#include "lib/judge/tools/family.h"

#include "lib/codec/codebook.h"

struct packetwhisper {
	uint32_t characters[4]; /* bitmap of ASCII */
	uint8_t book;
};
_Static_assert(sizeof(struct packetwhisper) <= TOOL_WORDS * 4, "a slot's memory");

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct packetwhisper *s = (struct packetwhisper *)(void *)memory;
	enum codebook_id book;
	char c = codebook_read(view_of(t->name, t->event->name_len), &book);

	if (!c)
		return false;
	s->characters[c / 32] |= 1u << c % 32;
	s->book = (uint8_t)book;
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct packetwhisper *s = (const struct packetwhisper *)(const void *)slot->memory;
	unsigned different = 0;

	for (unsigned i = 0; i < 4; i++)
		different += (unsigned)__builtin_popcount(s->characters[i]);
	if (different >= 8 && slot->hits >= 12 && tool_prevails(slot))
		return CONFIDENCE_LIKELY;
	return different >= 5 && slot->hits >= 6 && tool_prevails(slot) ? CONFIDENCE_CONSISTENT
	                                                                : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct packetwhisper *s = (const struct packetwhisper *)(const void *)slot->memory;

	c->encoding = "code book";
	tool_tell(c, "code_book", view_str(codebook_name((enum codebook_id)s->book)));
}

const struct tool_family tool_packetwhisper = {
    .name = "PacketWhisper",
    .types = TYPE_A | TYPE_AAAA,
    .min_first = 2,
    .alphabets = ALPHABET_36,
    .purpose = PURPOSE_EXFILTRATION,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
