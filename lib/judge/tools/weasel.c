/* SPDX-License-Identifier: ISC
 *
 * WEASEL: AAAA only, `<two hex digits><data>.<stream, two hex digits>.<session, four>`.
 *
 * Source: its source. Not confirmed on a capture, so at most likely. */
#include "lib/judge/tools/family.h"

struct weasel {
	uint32_t session;
	uint16_t same;
};
_Static_assert(sizeof(struct weasel) <= TOOL_WORDS * 4, "a slot's memory");

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct weasel *s = (struct weasel *)(void *)memory;
	struct view stream = tool_label(t, 1), id = tool_label(t, 2);
	uint32_t session = 0;

	if (stream.len != 2 || id.len != 4 || t->first_len > 52 ||
	    !(tool_alphabets(t->first, 2) & ALPHABET_HEX) ||
	    !(tool_alphabets(stream.p, 2) & ALPHABET_HEX) ||
	    !(tool_alphabets(id.p, 4) & ALPHABET_HEX))
		return false;
	for (unsigned i = 0; i < 4; i++)
		session = session << 8 | tool_fold(id.p[i]);
	if (session == s->session)
		tool_count(&s->same);
	s->session = session;
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct weasel *s = (const struct weasel *)(const void *)slot->memory;

	if (s->same >= 6 && tool_prevails(slot))
		return CONFIDENCE_LIKELY;
	return s->same >= 3 && tool_prevails(slot) ? CONFIDENCE_CONSISTENT : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct weasel *s = (const struct weasel *)(const void *)slot->memory;

	uint8_t text[4];
	for (unsigned i = 0; i < 4; i++)
		text[i] = (uint8_t)(s->session >> (24 - 8 * i));
	c->encoding = "base32";
	tool_tell(c, "session", view_of(text, sizeof(text)));
	tool_tell(c, "encrypted", view_str("AES-128-CTR"));
}

const struct tool_family tool_weasel = {
    .name = "WEASEL",
    .types = TYPE_AAAA,
    .min_first = 3,
    .alphabets = ALPHABET_64,
    .purpose = PURPOSE_BEACON,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
