/* SPDX-License-Identifier: ISC
 *
 * Saitama: A queries of one label that ends in a counter, three digits of base 36 in an order of
 * their own. The counter is the client's, not the pair's: names go to one of three domains at
 * random, so a pair sees it grow in small steps. Eight of them in a row are 1 in 10^27 by chance.
 *
 * Source: fox-it's saitama-server. No capture of it is at hand, so at most likely. */
#include "lib/judge/tools/family.h"

enum { DIGITS = 3, BASE = 36, SPAN = BASE * BASE * BASE };
/* Of queries in a row, how many may go to the other domains. */
enum { STEP_MAX = 20 };

struct saitama {
	uint16_t counter, steps, breaks;
};
_Static_assert(sizeof(struct saitama) <= TOOL_WORDS * 4, "a slot's memory");

static int digit(uint8_t c)
{
	static const char order[] = "razupgnv2w01eos4t38h7yqidxmkljc6b9f5";
	const char *found = c ? strchr(order, tool_fold(c)) : NULL;
	return found ? (int)(found - order) : -1;
}

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct saitama *s = (struct saitama *)(void *)memory;
	const uint8_t *p = t->first + t->first_len - DIGITS;
	int high = digit(p[0]), middle = digit(p[1]), low = digit(p[2]);

	if (high < 0 || middle < 0 || low < 0)
		return false;
	unsigned counter = ((unsigned)high * BASE + (unsigned)middle) * BASE + (unsigned)low;
	unsigned step = (counter + SPAN - s->counter) % SPAN;
	if (step >= 1 && step <= STEP_MAX)
		tool_count(&s->steps);
	else
		tool_count(&s->breaks);
	s->counter = (uint16_t)counter;
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct saitama *s = (const struct saitama *)(const void *)slot->memory;

	if (s->steps < 5 || s->steps < s->breaks * 4u)
		return CONFIDENCE_NONE;
	return s->steps >= 8 ? CONFIDENCE_LIKELY : CONFIDENCE_CONSISTENT;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct saitama *s = (const struct saitama *)(const void *)slot->memory;

	c->encoding = "base32";
	tool_tell_u64(c, "counter", s->counter);
	tool_tell(
	    c, "domains", view_str("rotates over three: look for the same counter elsewhere"));
}

const struct tool_family tool_saitama = {
    .name = "Saitama",
    .types = TYPE_A,
    .min_first = 4,
    .alphabets = ALPHABET_36,
    .purpose = PURPOSE_BEACON,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
