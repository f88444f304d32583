/* SPDX-License-Identifier: ISC
 *
 * dnsteal: up to four labels of base64, each ending in a hyphen, which no host's name may, and
 * then the file's name in place of a domain. Files are gzipped if wanted.
 *
 * Source: dnsteal.py, and one query on a capture; so at most likely. */
#include "lib/judge/tools/family.h"

enum { NAMED_MAX = 44 };

struct dnsteal {
	uint32_t file;  /* of the name, hashed */
	uint16_t same;  /* names of the same file */
	uint16_t gzips; /* names that begin a gzip stream */
	uint8_t named_len;
	uint8_t named[NAMED_MAX];
};
_Static_assert(sizeof(struct dnsteal) <= TOOL_WORDS * 4, "a slot's memory");

static bool ends_in_hyphen(struct view label)
{
	return label.len >= 2 && label.p[label.len - 1] == '-';
}

/* What stands behind the labels with hyphens, zone and all, as text. */
static size_t rest(const struct tool_event *t, uint8_t *to, size_t cap)
{
	unsigned at = 0;
	size_t n = 0;
	while (ends_in_hyphen(view_of(t->name + at + 1, t->name[at])))
		at += t->name[at] + 1u;
	for (; at < t->event->name_len && t->name[at]; at += t->name[at] + 1u) {
		if (n && n < cap)
			to[n++] = '.';
		for (unsigned i = 1; i <= t->name[at] && n < cap; i++)
			to[n++] = t->name[at + i];
	}
	return n;
}

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct dnsteal *s = (struct dnsteal *)(void *)memory;
	uint8_t text[NAMED_MAX];

	if (!ends_in_hyphen(tool_label(t, 0)) || t->first_len > 58)
		return false;
	size_t len = rest(t, text, sizeof(text));
	uint32_t file = 2166136261u; /* FNV-1a */
	for (size_t i = 0; i < len; i++)
		file = (file ^ text[i]) * 16777619u;
	if (file == s->file)
		tool_count(&s->same);
	if (tool_starts(t->first, t->first_len, "h4si")) /* 1f 8b 08 */
		tool_count(&s->gzips);
	s->file = file;
	s->named_len = (uint8_t)len;
	memcpy(s->named, text, len);
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct dnsteal *s = (const struct dnsteal *)(const void *)slot->memory;

	if (s->gzips || (s->same >= 3 && tool_prevails(slot)))
		return CONFIDENCE_LIKELY;
	return s->same >= 1 && tool_prevails(slot) ? CONFIDENCE_CONSISTENT : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct dnsteal *s = (const struct dnsteal *)(const void *)slot->memory;

	c->encoding = "base64";
	tool_tell(c, "file", view_of(s->named, s->named_len));
	if (s->gzips)
		tool_tell(c, "compressed", view_str("gzip"));
}

const struct tool_family tool_dnsteal = {
    .name = "dnsteal",
    .types = TYPE_A,
    .alphabets = ALPHABET_64,
    .min_first = 2,
    .purpose = PURPOSE_EXFILTRATION,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
