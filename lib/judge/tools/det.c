/* SPDX-License-Identifier: ISC
 *
 * DET, the DNS plugin: the job's seven characters as they are, then hex of a message that starts
 * with the same seven and `|!|`. The first message of a file tells its name.
 *
 * Source: DET's plugins/dns.py. Not confirmed on a capture, so at most likely. */
#include "lib/judge/tools/family.h"

enum { JOB = 7, NAMED_MAX = 40, TEXT_MAX = 64 };

struct det {
	uint8_t job[JOB];
	uint8_t is_known;
	uint16_t messages;
	uint8_t named_len;
	uint8_t named[NAMED_MAX];
};
_Static_assert(sizeof(struct det) <= TOOL_WORDS * 4, "a slot's memory");

/* The field behind the job: a file's name in the first message, a number in the others. */
static void take_field(struct det *s, const uint8_t *text, size_t len)
{
	size_t end = 0;
	while (end < len && text[end] != '|')
		end++;
	if (end == len || tool_decimal(text, end) >= 0)
		return;
	s->named_len = (uint8_t)(end < NAMED_MAX ? end : NAMED_MAX);
	memcpy(s->named, text, s->named_len);
}

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct det *s = (struct det *)(void *)memory;
	uint8_t wire[TEXT_MAX], text[TEXT_MAX / 2];

	if (!(tool_alphabets(t->first, JOB) & ALPHABET_36) ||
	    !(tool_alphabets(t->first + JOB, t->first_len - JOB) & ALPHABET_HEX))
		return false;
	/* The hex as labels of its own, from behind the job on. */
	size_t len = t->end < TEXT_MAX ? t->end : TEXT_MAX;
	len -= JOB;
	memcpy(wire, t->name + JOB, len);
	wire[0] = (uint8_t)(t->first_len - JOB);
	if (wire[0] + 1u > len)
		return false;
	size_t n = tool_hex(wire, 0, wire[0] + 1u, text, sizeof(text));
	bool starts =
	    n >= JOB + 3 && memcmp(text, t->first, JOB) == 0 && memcmp(text + JOB, "|!|", 3) == 0;
	if (!starts && !(s->is_known && memcmp(s->job, t->first, JOB) == 0))
		return false;
	memcpy(s->job, t->first, JOB);
	s->is_known = true;
	if (starts) {
		tool_count(&s->messages);
		take_field(s, text + JOB + 3, n - JOB - 3);
	}
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct det *s = (const struct det *)(const void *)slot->memory;

	return s->messages ? CONFIDENCE_LIKELY : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct det *s = (const struct det *)(const void *)slot->memory;

	c->encoding = "hex";
	tool_tell(c, "job", view_of(s->job, JOB));
	if (s->named_len)
		tool_tell(c, "file", view_of(s->named, s->named_len));
	tool_tell_u64(c, "messages", s->messages);
	tool_tell(c, "encrypted", view_str("AES-256, with a password"));
}

const struct tool_family tool_det = {
    .name = "DET",
    .types = TYPE_A | TYPE_TXT | TYPE_AAAA,
    .min_first = JOB + 20,
    .alphabets = ALPHABET_36,
    .purpose = PURPOSE_EXFILTRATION,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
