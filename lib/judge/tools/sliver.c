/* SPDX-License-Identifier: ISC
 *
 * Sliver: base32 with an alphabet of its own of a protobuf message whose first fields are the type
 * and an id; the id's low 24 bits are the session.
 *
 * Source: sliver's implant/sliver/transports/dnsclient. Not confirmed on a capture, so at most
 * likely. */
#include "lib/judge/tools/family.h"

enum { HEAD = 8 };

struct sliver {
	uint32_t session;
	uint16_t same;
	uint16_t types; /* bit: message type */
};
_Static_assert(sizeof(struct sliver) <= TOOL_WORDS * 4, "a slot's memory");

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct sliver *s = (struct sliver *)(void *)memory;
	static const char alphabet[] = "ab1c2d3e4f5g6h7j8k9m0npqrtuvwxyz";
	uint8_t bytes[HEAD];

	if (t->first[0] != 'b' || t->first[1] != 'a') /* field 1, a number */
		return false;
	size_t n = tool_base32(alphabet, view_of(t->first, t->first_len), bytes, sizeof(bytes));
	if (n < HEAD || bytes[0] != 0x08 || bytes[1] == 0 || bytes[1] > 15 || bytes[2] != 0x10)
		return false;
	uint32_t id = 0;
	unsigned i = 3, shift = 0;
	for (; i < HEAD; i++, shift += 7) {
		id |= (uint32_t)(bytes[i] & 0x7f) << shift;
		if (!(bytes[i] & 0x80))
			break;
	}
	if (i == HEAD)
		return false;
	uint32_t session = id & 0xffffff;
	if (session == s->session && session)
		tool_count(&s->same);
	s->session = session;
	s->types |= (uint16_t)(1 << bytes[1]);
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct sliver *s = (const struct sliver *)(const void *)slot->memory;

	if (s->same >= 4)
		return CONFIDENCE_LIKELY;
	return s->same >= 2 ? CONFIDENCE_CONSISTENT : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct sliver *s = (const struct sliver *)(const void *)slot->memory;

	c->encoding = "base32";
	tool_tell_hex(c, "session", s->session, 6);
	tool_tell(c, "encrypted", view_str("ChaCha20-Poly1305"));
}

const struct tool_family tool_sliver = {
    .name = "Sliver",
    .types = TYPE_A | TYPE_TXT | TYPE_AAAA,
    .min_first = 13,
    .alphabets = ALPHABET_36,
    .purpose = PURPOSE_BEACON,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
