/* SPDX-License-Identifier: ISC
 *
 * dnspot: A queries, base 36 of one big number in labels of 60, then a label with the number of
 * dots. The number begins with the agent's public key, so names of one length begin alike.
 *
 * Source: dnspot's source. Not confirmed on a capture, so at most likely. */
#include "lib/judge/tools/family.h"

enum { START = 16 };

struct dnspot {
	uint8_t start[START];
	uint8_t len; /* of the name it stood in */
	uint16_t same;
};
_Static_assert(sizeof(struct dnspot) <= TOOL_WORDS * 4, "a slot's memory");

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct dnspot *s = (struct dnspot *)(void *)memory;

	for (unsigned i = 1; i < t->n_labels; i++) {
		struct view label = tool_label(t, i);
		int64_t dots = tool_decimal(label.p, label.len);
		if (dots == i || dots == i - 1) {
			uint8_t len = t->at[i];
			if (s->len == len && memcmp(s->start, t->first, START) == 0)
				tool_count(&s->same);
			s->len = len;
			memcpy(s->start, t->first, START);
			return true;
		}
		if (!(tool_alphabets(label.p, label.len) & ALPHABET_36))
			return false;
	}
	return false;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct dnspot *s = (const struct dnspot *)(const void *)slot->memory;

	if (s->same >= 4 && tool_prevails(slot))
		return CONFIDENCE_LIKELY;
	return slot->hits >= 6 && tool_prevails(slot) ? CONFIDENCE_CONSISTENT : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct dnspot *s = (const struct dnspot *)(const void *)slot->memory;

	c->encoding = "base36";
	tool_tell(c, "agent", view_of(s->start, START));
	tool_tell(c, "encrypted", view_str("AES-128-GCM"));
}

const struct tool_family tool_dnspot = {
    .name = "dnspot",
    .types = TYPE_A,
    .min_first = 60,
    .alphabets = ALPHABET_36,
    .purpose = PURPOSE_BEACON,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
