/* SPDX-License-Identifier: ISC
 *
 * PacketWhisper, the code book that repeats: `<word>.John.<letter>.yoyodyne.com`. Its other books
 * are names below the zones of content networks, each name a zone of its own there: a pair does
 * not show them.
 *
 * Source: PacketWhisper's ciphers. Not confirmed on a capture, so at most likely. */
#include "lib/judge/tools/family.h"

struct packetwhisper {
	uint16_t names;
};
_Static_assert(sizeof(struct packetwhisper) <= TOOL_WORDS * 4, "a slot's memory");

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct packetwhisper *s = (struct packetwhisper *)(void *)memory;
	static const char zone[] = "\x08yoyodyne\x03"
	                           "com";

	if (t->event->name_len - t->end != sizeof(zone) ||
	    !tool_starts(t->name + t->end, sizeof(zone) - 1, zone) ||
	    !tool_is(tool_label(t, 1), "john") || t->n_labels != 3)
		return false;
	tool_count(&s->names);
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct packetwhisper *s = (const struct packetwhisper *)(const void *)slot->memory;

	return s->names >= 8   ? CONFIDENCE_LIKELY
	       : s->names >= 2 ? CONFIDENCE_CONSISTENT
	                       : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	(void)slot;
	tool_tell(c, "cipher", view_str("common website repeating titles"));
}

const struct tool_family tool_packetwhisper = {
    .name = "PacketWhisper",
    .types = TYPE_A | TYPE_AAAA,
    .min_first = 2,
    .purpose = PURPOSE_EXFILTRATION,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
