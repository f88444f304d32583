/* SPDX-License-Identifier: ISC
 *
 * tcp-over-dns: nibbles as the letters a to p, in TXT or CNAME. Little else is certain of what the
 * converters of its many versions make; so never more than consistent.
 *
 * Source: its source; not confirmed on a capture. */
#include "lib/judge/tools/family.h"

enum { LEAST = 12 };

struct tcp_over_dns {
	uint32_t letters; /* those that were used */
};
_Static_assert(sizeof(struct tcp_over_dns) <= TOOL_WORDS * 4, "a slot's memory");

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct tcp_over_dns *s = (struct tcp_over_dns *)(void *)memory;
	uint32_t letters = 0;

	/* A short label may mark the converter. */
	struct view label = tool_label(t, t->first_len < LEAST ? 1 : 0);
	if (label.len < LEAST || !(tool_alphabets(label.p, label.len) & ALPHABET_A_P))
		return false;
	for (size_t i = 0; i < label.len; i++)
		letters |= 1u << (tool_fold(label.p[i]) - 'a');
	s->letters |= letters;
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct tcp_over_dns *s = (const struct tcp_over_dns *)(const void *)slot->memory;

	return slot->hits >= 8 && __builtin_popcount(s->letters) >= 14 && tool_prevails(slot)
	           ? CONFIDENCE_CONSISTENT
	           : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	(void)slot;
	c->encoding = "a-p nibbles";
}

const struct tool_family tool_tcp_over_dns = {
    .name = "tcp-over-dns",
    .types = TYPE_TXT | TYPE_CNAME,
    .min_first = 1,
    .purpose = PURPOSE_TUNNEL,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
