/* SPDX-License-Identifier: ISC
 *
 * tuns: CNAME only. Data is `d<base32, '0' for '='>`, polls are `r<number>`, counting up.
 *
 * Source: tuns-client. Not confirmed on a capture, so at most likely. */
#include "lib/judge/tools/family.h"

struct tuns {
	uint32_t number;
	uint16_t polls, steps, data;
};
_Static_assert(sizeof(struct tuns) <= TOOL_WORDS * 4, "a slot's memory");

static bool is_data(const uint8_t *p, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		uint8_t c = tool_fold(p[i]);
		if (!(c >= 'a' && c <= 'z') && !(c >= '2' && c <= '7') && c != '0')
			return false;
	}
	return len >= 16;
}

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct tuns *s = (struct tuns *)(void *)memory;
	uint8_t letter = tool_fold(t->first[0]);

	if (letter == 'd' && is_data(t->first + 1, t->first_len - 1u)) {
		tool_count(&s->data);
		return true;
	}
	int64_t number = letter == 'r' ? tool_decimal(t->first + 1, t->first_len - 1u) : -1;
	if (number < 0)
		return false;
	uint32_t step = (uint32_t)number - s->number;
	if (s->polls && step >= 1 && step <= 4)
		tool_count(&s->steps);
	tool_count(&s->polls);
	s->number = (uint32_t)number;
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct tuns *s = (const struct tuns *)(const void *)slot->memory;

	if (s->steps >= 4 && s->data >= 4 && tool_prevails(slot))
		return CONFIDENCE_LIKELY;
	return s->steps >= 2 && s->data >= 1 ? CONFIDENCE_CONSISTENT : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct tuns *s = (const struct tuns *)(const void *)slot->memory;

	c->encoding = "base32";
	tool_tell_u64(c, "data_names", s->data);
	tool_tell_u64(c, "polls", s->polls);
}

const struct tool_family tool_tuns = {
    .name = "tuns",
    .types = TYPE_CNAME,
    .min_first = 2,
    .alphabets = ALPHABET_36,
    .purpose = PURPOSE_TUNNEL,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
