/* SPDX-License-Identifier: ISC
 *
 * Cobalt Strike's DNS beacon: hex whose last label, next to the domain, is the beacon's id and the
 * one before a counter. In front stands a prefix that says what it is about; a profile may change
 * it, so with prefixes of their own the row itself has to be seen: check-ins that are the id and
 * nothing else, and uploads under that id whose counter goes up by one. The stager asks
 * `aaa.stage.<number>`.
 *
 * Source: public profiles and rules, the layout from reports. Never seen on a capture here: at
 * most likely. */
#include "lib/judge/tools/family.h"

struct cobaltstrike {
	uint32_t beacon, counter;
	uint16_t same, stages;
	uint16_t checkins, steps; /* of prefixes that are not the usual ones */
	uint8_t prefixes;         /* bit: index below */
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

/* The hex of a label of at most 8 digits. */
static bool hex_of(struct view label, uint32_t *ret)
{
	uint32_t v = 0;
	if (label.len == 0 || label.len > 8 || !(tool_alphabets(label.p, label.len) & ALPHABET_HEX))
		return false;
	for (size_t i = 0; i < label.len; i++) {
		uint8_t c = tool_fold(label.p[i]);
		v = v << 4 | (uint32_t)(c <= '9' ? c - '0' : c - 'a' + 10);
	}
	*ret = v;
	return true;
}

static uint8_t usual_prefix(const struct tool_event *t)
{
	for (unsigned i = 0; i < sizeof(prefixes) / sizeof(prefixes[0]); i++)
		if (tool_is(tool_label(t, 0), prefixes[i]))
			return (uint8_t)(1 << i);
	return 0;
}

static void follow(struct cobaltstrike *s, uint32_t beacon, uint32_t counter)
{
	if (beacon == s->beacon) {
		tool_count(&s->same);
		if (counter == s->counter + 1)
			tool_count(&s->steps);
	}
	s->beacon = beacon;
	s->counter = counter;
}

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct cobaltstrike *s = (struct cobaltstrike *)(void *)memory;
	uint32_t beacon = 0, counter = 0;
	unsigned n = 1;

	if (tool_is(tool_label(t, 1), "stage"))
		return take_stage(s, t);
	while (n < t->n_labels &&
	       tool_alphabets(tool_label(t, n).p, tool_label(t, n).len) & ALPHABET_HEX)
		n++;
	struct view last = tool_label(t, n - 1);
	if (n == 1) {
		if (last.len < 4 || !hex_of(last, &beacon) || (s->same && beacon != s->beacon))
			return false;
		if (beacon == s->beacon)
			tool_count(&s->checkins);
		s->beacon = beacon;
		return true;
	}
	if (n < 3 || last.len < 4 || !hex_of(last, &beacon) ||
	    !hex_of(tool_label(t, n - 2), &counter))
		return false;
	s->prefixes |= usual_prefix(t);
	follow(s, beacon, counter);
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct cobaltstrike *s = (const struct cobaltstrike *)(const void *)slot->memory;

	bool is_row = s->checkins >= 3 && s->steps >= 6 && s->steps * 2 >= s->same;
	if (s->stages >= 3 || (s->same >= 6 && __builtin_popcount(s->prefixes) > 1) ||
	    (is_row && tool_prevails(slot)))
		return CONFIDENCE_LIKELY;
	return s->stages || (s->same >= 4 && s->prefixes) ? CONFIDENCE_CONSISTENT : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct cobaltstrike *s = (const struct cobaltstrike *)(const void *)slot->memory;

	c->encoding = "hex";
	if (s->same)
		tool_tell_hex(c, "beacon", s->beacon, 8);
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
