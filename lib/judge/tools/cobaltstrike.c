/* SPDX-License-Identifier: ISC
 *
 * Cobalt Strike's DNS beacon with names as they are unless its profile changes them: a prefix that
 * says what it is about, hex, and the beacon's id in hex; the stager asks `aaa.stage.<number>`.
 *
 * Source: public profiles and rules, the layout from reports. Never seen on a capture here, and
 * every prefix can be changed: at most likely. */
#include "lib/judge/tools/family.h"

struct cobaltstrike {
	uint32_t beacon;
	uint16_t same, stages;
	uint8_t prefixes; /* bit: index below */
};
_Static_assert(sizeof(struct cobaltstrike) <= TOOL_WORDS * 4, "a slot's memory");

static const char *const prefixes[] = {"post", "cdn", "www6", "api", "www"};

static bool take_stage(struct cobaltstrike *s, const struct tool_event *t)
{
	if (t->first_len != 3 || tool_fold(t->first[1]) != 'a' || tool_fold(t->first[2]) != 'a' ||
	    tool_label(t, 2).len == 0 ||
	    !(tool_alphabets(tool_label(t, 2).p, tool_label(t, 2).len) & ALPHABET_DECIMAL))
		return false;
	tool_count(&s->stages);
	return true;
}

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct cobaltstrike *s = (struct cobaltstrike *)(void *)memory;
	uint8_t prefix = 0;
	struct view last = view_of(NULL, 0);

	if (tool_is(tool_label(t, 1), "stage"))
		return take_stage(s, t);
	for (unsigned i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (tool_is(tool_label(t, 0), prefixes[i]))
			prefix = (uint8_t)(1 << i);
	if (!prefix)
		return false;
	/* The last label of the hex is the id. */
	unsigned n = 1;
	for (; n < t->n_labels; n++) {
		struct view label = tool_label(t, n);
		if (!(tool_alphabets(label.p, label.len) & ALPHABET_HEX))
			break;
		last = label;
	}
	if (n < 3 || last.len < 4 || last.len > 8)
		return false;
	uint32_t beacon = 0;
	for (size_t i = 0; i < last.len; i++)
		beacon = beacon * 31 + tool_fold(last.p[i]);
	if (beacon == s->beacon)
		tool_count(&s->same);
	s->beacon = beacon;
	s->prefixes |= prefix;
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct cobaltstrike *s = (const struct cobaltstrike *)(const void *)slot->memory;

	if (s->stages >= 3 || (s->same >= 6 && __builtin_popcount(s->prefixes) > 1))
		return CONFIDENCE_LIKELY;
	return s->stages || s->same >= 4 ? CONFIDENCE_CONSISTENT : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct cobaltstrike *s = (const struct cobaltstrike *)(const void *)slot->memory;

	c->encoding = "hex";
	if (s->stages)
		tool_tell_u64(c, "stager_names", s->stages);
	for (unsigned i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (s->prefixes >> i & 1)
			tool_tell(c, "prefix", view_str(prefixes[i]));
	tool_tell(c, "encrypted", view_str("AES, RSA for the metadata"));
}

const struct tool_family tool_cobaltstrike = {
    .name = "Cobalt Strike",
    .types = TYPE_A | TYPE_AAAA | TYPE_TXT,
    .min_first = 3,
    .purpose = PURPOSE_BEACON,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
