/* SPDX-License-Identifier: ISC
 *
 * Heyoka: a flag, then base32 of iodine's alphabet with '7' for padding, in TXT or NULL. Spoofed
 * addresses share the work, so a pair sees little of it; never more than consistent.
 *
 * Source: Heyoka's source; not confirmed on a capture. */
#include "lib/judge/tools/family.h"

struct heyoka {
	uint16_t padded;
};
_Static_assert(sizeof(struct heyoka) <= TOOL_WORDS * 4, "a slot's memory");

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct heyoka *s = (struct heyoka *)(void *)memory;
	size_t len = t->first_len;

	while (len && t->first[len - 1] == '7')
		len--;
	if (len < 16 || !(tool_alphabets(t->first, len) & ALPHABET_IODINE32))
		return false;
	if (len < t->first_len)
		tool_count(&s->padded);
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct heyoka *s = (const struct heyoka *)(const void *)slot->memory;

	return s->padded >= 4 && slot->hits >= 8 && tool_prevails(slot) ? CONFIDENCE_CONSISTENT
	                                                                : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	(void)slot;
	c->encoding = "base32";
}

const struct tool_family tool_heyoka = {
    .name = "Heyoka",
    .types = TYPE_TXT | TYPE_NULL,
    .min_first = 17,
    .alphabets = ALPHABET_36,
    .purpose = PURPOSE_TUNNEL,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
