/* SPDX-License-Identifier: ISC
 *
 * dnstt: TXT queries, base32 of an id of eight bytes that stays the client's, then the length of
 * the padding: three bytes of it where data follows, eight where it polls.
 *
 * Source: dnstt-client/dns.go. Not confirmed on a capture, so at most likely. */
#include "lib/judge/tools/family.h"

enum { CLIENT = 8 };

struct dnstt {
	uint8_t client[CLIENT];
	uint16_t same, data, polls;
};
_Static_assert(sizeof(struct dnstt) <= TOOL_WORDS * 4, "a slot's memory");

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct dnstt *s = (struct dnstt *)(void *)memory;
	uint8_t bytes[CLIENT + 1];

	if (t->first_len < 16)
		return false;
	size_t n = tool_base32(NULL, view_of(t->first, 16), bytes, sizeof(bytes));
	bool is_data = n > CLIENT && bytes[CLIENT] == 0xe3;
	if (!is_data && !(n > CLIENT && bytes[CLIENT] == 0xe8))
		return false;
	if (memcmp(s->client, bytes, CLIENT) == 0)
		tool_count(&s->same);
	memcpy(s->client, bytes, CLIENT);
	tool_count(is_data ? &s->data : &s->polls);
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct dnstt *s = (const struct dnstt *)(const void *)slot->memory;

	if (s->same >= 4)
		return CONFIDENCE_LIKELY;
	return s->same >= 2 ? CONFIDENCE_CONSISTENT : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct dnstt *s = (const struct dnstt *)(const void *)slot->memory;

	uint32_t high = 0, low = 0;
	for (unsigned i = 0; i < 4; i++) {
		high = high << 8 | s->client[i];
		low = low << 8 | s->client[i + 4];
	}
	c->encoding = "base32";
	tool_tell_hex(c, "client", high, 8);
	tool_tell_hex(c, "client_low", low, 8);
	tool_tell_u64(c, "data_names", s->data);
	tool_tell_u64(c, "polls", s->polls);
	tool_tell(c, "encrypted", view_str("Noise_NK"));
}

const struct tool_family tool_dnstt = {
    .name = "dnstt",
    .types = TYPE_TXT,
    .min_first = 28,
    .alphabets = ALPHABET_RFC32,
    .purpose = PURPOSE_TUNNEL,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
