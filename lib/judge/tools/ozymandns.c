/* SPDX-License-Identifier: ISC
 *
 * OzymanDNS and dnstunnel. Down: `<sum>-<nonce>.id-<session>.down.<anything>`. Up: the data, then
 * `<nonce>-<sum>.id-<session>.up.<anything>`.
 *
 * Source: a splitbrain copy of droute.pl. No capture of it is at hand, so at most likely. */
#include "lib/judge/tools/family.h"

struct ozymandns {
	uint32_t session;
	uint16_t same, up, down;
};
_Static_assert(sizeof(struct ozymandns) <= TOOL_WORDS * 4, "a slot's memory");

/* Two decimal numbers with a hyphen between. */
static bool is_numbers(struct view v)
{
	const uint8_t *hyphen = v.len ? memchr(v.p, '-', v.len) : NULL;
	if (!hyphen)
		return false;
	size_t first = (size_t)(hyphen - v.p);
	return tool_decimal(v.p, first) >= 0 && tool_decimal(hyphen + 1, v.len - first - 1) >= 0;
}

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct ozymandns *s = (struct ozymandns *)(void *)memory;

	for (unsigned i = 2; i < t->n_labels; i++) {
		struct view id = tool_label(t, i - 1);
		bool is_up = tool_is(tool_label(t, i), "up");
		if (!is_up && !tool_is(tool_label(t, i), "down"))
			continue;
		if (!tool_starts(id.p, id.len, "id-") || !is_numbers(tool_label(t, i - 2)))
			return false;
		int64_t session = tool_decimal(id.p + 3, id.len - 3);
		if (session < 0)
			return false;
		if (s->session == (uint32_t)session && s->up + s->down > 0)
			tool_count(&s->same);
		s->session = (uint32_t)session;
		tool_count(is_up ? &s->up : &s->down);
		return true;
	}
	return false;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct ozymandns *s = (const struct ozymandns *)(const void *)slot->memory;

	if (s->same >= 2)
		return CONFIDENCE_LIKELY;
	return s->up + s->down ? CONFIDENCE_CONSISTENT : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct ozymandns *s = (const struct ozymandns *)(const void *)slot->memory;

	c->encoding = "base32";
	tool_tell_u64(c, "session", s->session);
	tool_tell_u64(c, "names_up", s->up);
	tool_tell_u64(c, "names_down", s->down);
}

const struct tool_family tool_ozymandns = {
    .name = "OzymanDNS",
    .types = TYPE_A | TYPE_TXT,
    .min_first = 1,
    .purpose = PURPOSE_TUNNEL,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
