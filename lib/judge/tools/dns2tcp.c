/* SPDX-License-Identifier: ISC
 *
 * dns2tcp. A name is base64 (case matters) of a header of seven bytes and data: session, ack and
 * sequence of two bytes each, and a type. The sequence moves by one. Opening a connection, it
 * says so in a label of its own: =auth, =resource, =connect.
 *
 * Where the source lost the case, the header is lost with it; what remains are those labels and
 * polls, whose text always ends in the same two letters.
 *
 * Source: dns2tcp's client/queue.c and common/includes/requests.h; confirmed on captures. */
#include "lib/judge/tools/family.h"

#include "lib/base/cursor.h"

enum { AUTH = 1 << 0, RESOURCE = 1 << 1, CONNECT = 1 << 2, HAS_SESSION = 1 << 3, NO_CASE = 1 << 4 };
enum { HEADER = 7, HEADER_TEXT = 10, STEP_MAX = 4, NAMED_MAX = 20 };

struct dns2tcp {
	uint16_t session, seq;
	uint16_t same;  /* names of the session before */
	uint16_t steps; /* of the sequence */
	uint16_t sessions, polls;
	uint8_t flags;
	uint8_t is_key;           /* asks for KEY */
	uint8_t named[NAMED_MAX]; /* the resource that was asked for */
	uint8_t named_len;
};
_Static_assert(sizeof(struct dns2tcp) <= TOOL_WORDS * 4, "a slot's memory");

static int value6(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* Base64 up to the first foreign symbol; returns the bytes written. */
static size_t decode(const uint8_t *p, size_t len, uint8_t *to, size_t cap)
{
	uint32_t held = 0, bits = 0;
	size_t n = 0;
	for (size_t i = 0; i < len && n < cap; i++) {
		int v = value6(p[i]);
		if (v < 0)
			break;
		held = held << 6 | (uint32_t)v;
		bits += 6;
		if (bits >= 8) {
			bits -= 8;
			to[n++] = (uint8_t)(held >> bits);
		}
	}
	return n;
}

/* The label that names a step of the opening, as a flag. It follows the data and is no first. */
static uint8_t control_of(const struct tool_event *t)
{
	static const char *const labels[] = {"=auth", "=resource", "=connect"};
	for (unsigned at = t->first_len + 1u; at < t->end; at += t->name[at] + 1u) {
		const uint8_t *p = t->name + at + 1;
		if (t->name[at] == 0 || p[0] != '=')
			continue;
		for (unsigned i = 0; i < 3; i++)
			if (t->name[at] == strlen(labels[i]) &&
			    tool_starts(p, t->name[at], labels[i]))
				return (uint8_t)(1 << i);
	}
	return 0;
}

static bool is_type(uint8_t type)
{
	type &= 0xbf; /* 0x40: compress names, on top of any other */
	return type == 0 || (type & (type - 1)) == 0;
}

static bool header_fits(struct dns2tcp *s, const struct tool_event *t, uint8_t control)
{
	uint8_t bytes[HEADER + NAMED_MAX];
	size_t n = decode(t->first, t->first_len, bytes, sizeof(bytes));
	if (n < HEADER || !is_type(bytes[6]))
		return false;
	/* The session is in the order of the client's machine; as most are, read it little-endian.
	 */
	uint16_t session = (uint16_t)(bytes[0] | bytes[1] << 8), seq = load_be16(bytes + 4);
	if (s->flags & HAS_SESSION && s->session == session) {
		uint16_t step = (uint16_t)(seq - s->seq);
		s->same += s->same < UINT16_MAX;
		s->steps += step >= 1 && step <= STEP_MAX && s->steps < UINT16_MAX;
	} else {
		s->sessions += s->sessions < UINT16_MAX;
	}
	s->session = session;
	s->seq = seq;
	s->flags |= HAS_SESSION;
	s->polls += bytes[6] == 4 && t->first_len == HEADER_TEXT && s->polls < UINT16_MAX;
	if (control == CONNECT) {
		s->named_len = (uint8_t)(n - HEADER);
		memcpy(s->named, bytes + HEADER, s->named_len);
		while (s->named_len && s->named[s->named_len - 1] == 0)
			s->named_len--;
	}
	return true;
}

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct dns2tcp *s = (struct dns2tcp *)(void *)memory;
	uint8_t control = control_of(t);

	if (t->case_known) {
		if (!header_fits(s, t, control))
			return false;
	} else {
		bool is_poll =
		    t->first_len == HEADER_TEXT && t->first[8] == 'b' && t->first[9] == 'a';
		if (!control && !is_poll)
			return false;
		s->polls += is_poll && s->polls < UINT16_MAX;
		s->flags |= NO_CASE;
	}
	s->flags |= control;
	s->is_key = t->type == TYPE_KEY;
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct dns2tcp *s = (const struct dns2tcp *)(const void *)slot->memory;
	bool is_opened = s->flags & (AUTH | RESOURCE | CONNECT);

	if ((s->same >= 8 && s->steps >= 6) || (is_opened && s->same >= 4 && s->steps >= 3))
		return CONFIDENCE_EXACT;
	if (is_opened || (s->steps >= 3 && tool_prevails(slot)))
		return CONFIDENCE_LIKELY;
	return s->steps >= 1 || (s->polls >= 8 && tool_prevails(slot)) ? CONFIDENCE_CONSISTENT
	                                                               : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct dns2tcp *s = (const struct dns2tcp *)(const void *)slot->memory;

	c->encoding = "base64";
	tool_tell(c, "type", view_str(s->is_key ? "KEY" : "TXT"));
	if (s->flags & HAS_SESSION) {
		tool_tell_hex(c, "session", s->session, 4);
		tool_tell_u64(c, "sessions", s->sessions);
	}
	if (s->named_len)
		tool_tell(c, "resource", view_of(s->named, s->named_len));
	tool_tell_u64(c, "polls", s->polls);
	if (s->flags & NO_CASE)
		tool_tell(
		    c, "limits", view_str("the source lost the case: headers cannot be read"));
}

const struct tool_family tool_dns2tcp = {
    .name = "dns2tcp",
    .types = TYPE_TXT | TYPE_KEY,
    .alphabets = ALPHABET_64,
    .min_first = HEADER_TEXT,
    .purpose = PURPOSE_TUNNEL,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
