/* SPDX-License-Identifier: ISC
 *
 * DNSExfiltrator: TXT queries. A greeting `init.<base32 of name|chunks>.<encoding>`, then one
 * query for each chunk, `<number>.<text>`, the number counting up.
 *
 * Source: dnsexfiltrator.py. Not confirmed on a capture, so at most likely. */
#include "lib/judge/tools/family.h"

enum { NAMED_MAX = 44 };

struct dnsexfiltrator {
	uint32_t index, chunks;
	uint16_t steps;
	bool is_greeted, is_base32;
	uint8_t named_len;
	uint8_t named[NAMED_MAX];
};
_Static_assert(sizeof(struct dnsexfiltrator) <= TOOL_WORDS * 4, "a slot's memory");

/* `name|number of chunks`. */
static bool take_greeting(struct dnsexfiltrator *s, const struct tool_event *t)
{
	uint8_t text[64];
	size_t len = tool_base32(NULL, tool_label(t, 1), text, sizeof(text));
	const uint8_t *bar = len ? memchr(text, '|', len) : NULL;
	if (!bar)
		return false;
	size_t named = (size_t)(bar - text);
	int64_t chunks = tool_decimal(bar + 1, len - named - 1);
	if (chunks <= 0)
		return false;
	for (unsigned i = 2; i < t->n_labels; i++) {
		bool is_base32 = tool_is(tool_label(t, i), "base32");
		if (!is_base32 && !tool_is(tool_label(t, i), "base64"))
			continue;
		s->is_greeted = true;
		s->is_base32 = is_base32;
		s->chunks = (uint32_t)chunks;
		s->named_len = (uint8_t)(named < NAMED_MAX ? named : NAMED_MAX);
		memcpy(s->named, text, s->named_len);
		return true;
	}
	return false;
}

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct dnsexfiltrator *s = (struct dnsexfiltrator *)(void *)memory;

	if (tool_is(tool_label(t, 0), "init"))
		return take_greeting(s, t);
	int64_t index = tool_decimal(t->first, t->first_len);
	struct view text = tool_label(t, 1);
	if (index < 0 || text.len < 8 || !(tool_alphabets(text.p, text.len) & ALPHABET_64))
		return false;
	uint32_t step = (uint32_t)index - s->index;
	if (step >= 1 && step <= 4)
		tool_count(&s->steps);
	s->index = (uint32_t)index;
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct dnsexfiltrator *s = (const struct dnsexfiltrator *)(const void *)slot->memory;

	if (s->is_greeted)
		return CONFIDENCE_LIKELY;
	return s->steps >= 8 && tool_prevails(slot) ? CONFIDENCE_CONSISTENT : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct dnsexfiltrator *s = (const struct dnsexfiltrator *)(const void *)slot->memory;

	c->encoding = s->is_greeted ? s->is_base32 ? "base32" : "base64url" : NULL;
	if (s->is_greeted) {
		tool_tell(c, "file", view_of(s->named, s->named_len));
		tool_tell_u64(c, "chunks", s->chunks);
	}
	tool_tell_u64(c, "last_chunk", s->index);
	tool_tell(c, "encrypted", view_str("RC4, with a password"));
}

const struct tool_family tool_dnsexfiltrator = {
    .name = "DNSExfiltrator",
    .types = TYPE_TXT,
    .min_first = 1,
    .purpose = PURPOSE_EXFILTRATION,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
