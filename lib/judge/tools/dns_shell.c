/* SPDX-License-Identifier: ISC
 *
 * DNS-Shell: polls for a command in TXT; sends what it printed as `<random>.CMDC<count>`,
 * `<random>.CMD<number>.<hex>` and `<random>.END`.
 *
 * Source: sensepost's DNS-Shell.py. Not confirmed on a capture, so at most likely. */
#include "lib/judge/tools/family.h"

struct dns_shell {
	uint16_t results, pieces, ends;
	uint32_t announced;
};
_Static_assert(sizeof(struct dns_shell) <= TOOL_WORDS * 4, "a slot's memory");

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct dns_shell *s = (struct dns_shell *)(void *)memory;
	struct view word = tool_label(t, 1);

	if (tool_starts(word.p, word.len, "cmdc")) {
		int64_t count = tool_decimal(word.p + 4, word.len - 4);
		if (count < 0)
			return false;
		s->announced = (uint32_t)count;
		tool_count(&s->results);
		return true;
	}
	if (tool_starts(word.p, word.len, "cmd")) {
		struct view hex = tool_label(t, 2);
		if (tool_decimal(word.p + 3, word.len - 3) < 0 || hex.len == 0 ||
		    !(tool_alphabets(hex.p, hex.len) & ALPHABET_HEX))
			return false;
		tool_count(&s->pieces);
		return true;
	}
	if (!tool_is(word, "end") || s->pieces == 0)
		return false;
	tool_count(&s->ends);
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct dns_shell *s = (const struct dns_shell *)(const void *)slot->memory;

	if (s->results && s->pieces)
		return CONFIDENCE_LIKELY;
	return s->pieces >= 3 ? CONFIDENCE_CONSISTENT : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct dns_shell *s = (const struct dns_shell *)(const void *)slot->memory;

	c->encoding = "hex";
	tool_tell_u64(c, "results", s->results);
	tool_tell_u64(c, "pieces", s->pieces);
}

const struct tool_family tool_dns_shell = {
    .name = "DNS-Shell",
    .types = TYPE_A | TYPE_TXT,
    .min_first = 1,
    .purpose = PURPOSE_BEACON,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
