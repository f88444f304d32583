/* SPDX-License-Identifier: ISC
 *
 * tcp-over-dns: packets in names of TXT or CNAME queries, marked by their first letter for how
 * they are written ('a' letters a to p, 'b' base 63, 'h' base 37). Six bytes of header: session
 * (16 bits, low byte first), number, last number seen, flags, and a checksum that brings the sum
 * of all bytes but the session's high one, and of the number of data bytes, to 0 modulo 256.
 *
 * Source: its Packet.java. Not confirmed on a capture, so at most likely. */
#include "lib/judge/tools/family.h"

#include "lib/codec/groups.h"

/* The tunnel's domain may have up to this many labels below the zone. */
enum { DOMAIN_LABELS = 2, HEADER = 6, TEXT_MAX = 255 };

struct tcp_over_dns {
	uint16_t session;
	uint16_t same; /* names of the session of the name before */
	char mark;
	uint8_t domain; /* labels of it below the zone + 1; 0: not known */
};
_Static_assert(sizeof(struct tcp_over_dns) <= TOOL_WORDS * 4, "a slot's memory");

/* The packet in the first n labels; false when it is none. */
static bool packet_in(const struct tool_event *t, unsigned n, uint8_t head[HEADER])
{
	uint8_t text[TEXT_MAX], bytes[TEXT_MAX];
	size_t len = 0;
	for (unsigned i = 0; i < n; i++) {
		struct view label = tool_label(t, i);
		memcpy(text + len, label.p, label.len);
		len += label.len;
	}
	ptrdiff_t m = groups_decode_marked(view_of(text, len), bytes, sizeof(bytes));
	if (m < HEADER)
		return false;
	uint8_t sum = (uint8_t)(m - HEADER - bytes[1]);
	for (ptrdiff_t i = 0; i < m; i++)
		sum = (uint8_t)(sum + bytes[i]);
	memcpy(head, bytes, HEADER);
	return sum == 0;
}

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct tcp_over_dns *s = (struct tcp_over_dns *)(void *)memory;
	uint8_t mark = tool_fold(t->first[0]), head[HEADER];
	unsigned from = s->domain ? s->domain - 1u : 0;
	unsigned to = s->domain ? from : DOMAIN_LABELS;
	bool found = false;

	if (mark != 'a' && mark != 'h' && (mark != 'b' || !t->case_known))
		return false;
	for (; !found && from <= to && from < t->n_labels; from++)
		found = packet_in(t, t->n_labels - from, head);
	if (!found)
		return false;
	s->domain = (uint8_t)from;
	uint16_t session = (uint16_t)(head[0] | head[1] << 8);
	if (s->mark && session == s->session)
		tool_count(&s->same);
	s->session = session;
	s->mark = (char)mark;
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct tcp_over_dns *s = (const struct tcp_over_dns *)(const void *)slot->memory;

	/* A name fits by chance one time in 256. */
	if (slot->hits >= 8 && s->same >= 6 && tool_prevails(slot))
		return CONFIDENCE_LIKELY;
	return s->same >= 3 && tool_prevails(slot) ? CONFIDENCE_CONSISTENT : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct tcp_over_dns *s = (const struct tcp_over_dns *)(const void *)slot->memory;

	c->encoding = s->mark == 'a' ? "a-p nibbles" : s->mark == 'b' ? "base63" : "base37";
	tool_tell_hex(c, "session", s->session, 4);
}

const struct tool_family tool_tcp_over_dns = {
    .name = "tcp-over-dns",
    .types = TYPE_TXT | TYPE_CNAME,
    .min_first = 13,
    .purpose = PURPOSE_TUNNEL,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
