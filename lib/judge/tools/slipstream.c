/* SPDX-License-Identifier: ISC
 *
 * slipstream: TXT queries, base32 of a bare QUIC packet. Opening, it is a long header with version
 * 1; then short headers with the connection's id behind the first byte.
 *
 * Source: slipstream's README and RFC 9000 §17. Not confirmed on a capture, so at most likely. */
#include "lib/judge/tools/family.h"

struct slipstream {
	uint32_t connection;
	uint16_t opening, same;
};
_Static_assert(sizeof(struct slipstream) <= TOOL_WORDS * 4, "a slot's memory");

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct slipstream *s = (struct slipstream *)(void *)memory;
	uint8_t bytes[5];

	if (tool_base32(NULL, view_of(t->first, 8), bytes, sizeof(bytes)) < sizeof(bytes))
		return false;
	uint32_t word = (uint32_t)bytes[1] << 24 | (uint32_t)bytes[2] << 16 |
	                (uint32_t)bytes[3] << 8 | bytes[4];
	if ((bytes[0] & 0xc0) == 0xc0 && word == 1) {
		tool_count(&s->opening);
		return true;
	}
	if ((bytes[0] & 0xc0) != 0x40)
		return false;
	if (word == s->connection)
		tool_count(&s->same);
	s->connection = word;
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct slipstream *s = (const struct slipstream *)(const void *)slot->memory;

	if (s->opening && s->same >= 4)
		return CONFIDENCE_LIKELY;
	return s->opening >= 2 || (s->same >= 8 && tool_prevails(slot)) ? CONFIDENCE_CONSISTENT
	                                                                : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct slipstream *s = (const struct slipstream *)(const void *)slot->memory;

	c->encoding = "base32";
	tool_tell_hex(c, "connection", s->connection, 8);
	tool_tell(c, "encrypted", view_str("QUIC"));
}

const struct tool_family tool_slipstream = {
    .name = "slipstream",
    .types = TYPE_TXT,
    .min_first = 24,
    .alphabets = ALPHABET_RFC32,
    .purpose = PURPOSE_TUNNEL,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
