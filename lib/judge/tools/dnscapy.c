/* SPDX-License-Identifier: ISC
 *
 * DNScapy: `[<data>.][<number>.]<letter a to f>[.<letter>].<connection>.<random number>`, TXT or
 * CNAME; it polls with the letter c.
 *
 * Source: dnscapy_client.py. Not confirmed on a capture, so at most likely. */
#include "lib/judge/tools/family.h"

struct dnscapy {
	uint32_t connection, random;
	uint16_t same;
	uint8_t letters;
};
_Static_assert(sizeof(struct dnscapy) <= TOOL_WORDS * 4, "a slot's memory");

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct dnscapy *s = (struct dnscapy *)(void *)memory;

	for (unsigned i = 0; i + 2 < t->n_labels; i++) {
		struct view kind = tool_label(t, i);
		struct view id = tool_label(t, i + 1), random = tool_label(t, i + 2);
		if (kind.len != 1 || tool_fold(kind.p[0]) < 'a' || tool_fold(kind.p[0]) > 'f')
			continue;
		int64_t connection = tool_decimal(id.p, id.len);
		int64_t number = tool_decimal(random.p, random.len);
		if (connection < 0 || number < 0 || number > UINT16_MAX)
			continue;
		if (s->letters && s->connection == (uint32_t)connection &&
		    s->random != (uint32_t)number)
			tool_count(&s->same);
		s->connection = (uint32_t)connection;
		s->random = (uint32_t)number;
		s->letters |= (uint8_t)(1 << (tool_fold(kind.p[0]) - 'a'));
		return true;
	}
	return false;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct dnscapy *s = (const struct dnscapy *)(const void *)slot->memory;

	if (s->same >= 6 && __builtin_popcount(s->letters) > 1 && tool_prevails(slot))
		return CONFIDENCE_LIKELY;
	return s->same >= 4 && tool_prevails(slot) ? CONFIDENCE_CONSISTENT : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct dnscapy *s = (const struct dnscapy *)(const void *)slot->memory;

	c->encoding = "base64";
	tool_tell_u64(c, "connection", s->connection);
}

const struct tool_family tool_dnscapy = {
    .name = "DNScapy",
    .types = TYPE_TXT | TYPE_CNAME,
    .min_first = 1,
    .purpose = PURPOSE_TUNNEL,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
