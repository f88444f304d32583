/* SPDX-License-Identifier: ISC
 *
 * dnscat2. A name is hex of a packet, below a domain or, without one, behind a label `dnscat`:
 * a random id, a type, a session, and a body. Encrypted, which is the default, the body begins
 * with six bytes of signature and a counter that moves by one. Plain, messages have a sequence
 * that moves by the bytes sent.
 *
 * Source: dnscat2's doc/protocol.md; confirmed on captures. */
#include "lib/judge/tools/family.h"

#include "lib/base/cursor.h"

enum packet_type { SYN, MSG, FIN, ENC, PING = 0xff };
enum {
	HAS_SESSION = 1 << 0,
	HAS_SYN = 1 << 1,
	HAS_MSG = 1 << 2,
	PREFIX = 1 << 3,
	HAS_ENC = 1 << 4
};
enum { HEADER = 5, NONCE_AT = 11, MSG_DATA = 9, SYN_NAME = 9, STEP_MAX = 4, NAMED_MAX = 18 };

/* Options of SYN. */
enum { OPTION_NAME = 0x01, OPTION_COMMAND = 0x20 };

struct dnscat2 {
	uint16_t id, session, nonce, seq, sent;
	uint16_t same;     /* packets of the session before */
	uint16_t steps;    /* of the counter: encrypted */
	uint16_t advances; /* of the sequence, by what was sent: plain */
	uint16_t sessions, isn, options;
	uint8_t flags;
	uint8_t named[NAMED_MAX]; /* what the client calls itself */
	uint8_t named_len;
};
_Static_assert(sizeof(struct dnscat2) <= TOOL_WORDS * 4, "a slot's memory");

struct packet {
	size_t len; /* in all */
	bool is_prefixed;
	uint8_t bytes[SYN_NAME + NAMED_MAX];
};

static bool read_packet(const struct tool_event *t, struct packet *p)
{
	p->is_prefixed = t->first_len == 6 && tool_starts(t->first, 6, "dnscat");
	if (!p->is_prefixed && !(t->alphabets & ALPHABET_HEX))
		return false;
	p->len = tool_hex(t->name, p->is_prefixed ? 7 : 0, t->end, p->bytes, sizeof(p->bytes));
	if (p->len < HEADER + 1)
		return false;
	uint8_t type = p->bytes[2];
	return type <= FIN ? (type == FIN || p->len >= MSG_DATA)
	                   : (type == ENC && p->len >= 13) || type == PING;
}

static void follow_body(struct dnscat2 *s, const struct packet *p, bool is_same)
{
	uint16_t seq = load_be16(p->bytes + HEADER);

	if (p->len >= NONCE_AT + 2) {
		uint16_t nonce = load_be16(p->bytes + NONCE_AT);
		uint16_t step = (uint16_t)(nonce - s->nonce);
		if (is_same && step >= 1 && step <= STEP_MAX)
			s->steps += s->steps < UINT16_MAX;
		s->nonce = nonce;
	}
	if (p->bytes[2] == MSG) {
		if (is_same && s->flags & HAS_MSG && s->sent && seq == (uint16_t)(s->seq + s->sent))
			s->advances += s->advances < UINT16_MAX;
		if (is_same && s->flags & HAS_SYN && !(s->flags & HAS_MSG) && seq == s->isn)
			s->advances += s->advances < UINT16_MAX;
		s->flags |= HAS_MSG;
		s->seq = seq;
		s->sent = (uint16_t)(p->len - MSG_DATA);
	}
}

static void take_syn(struct dnscat2 *s, const struct packet *p)
{
	s->flags |= HAS_SYN;
	s->isn = load_be16(p->bytes + HEADER);
	s->options = load_be16(p->bytes + HEADER + 2);
	s->named_len = 0;
	if (!(s->options & OPTION_NAME))
		return;
	for (size_t i = SYN_NAME; i < p->len && i < sizeof(p->bytes) && p->bytes[i]; i++)
		s->named[s->named_len++] = p->bytes[i];
}

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct dnscat2 *s = (struct dnscat2 *)(void *)memory;
	struct packet p;

	if (!read_packet(t, &p))
		return false;
	uint16_t session = load_be16(p.bytes + 3), id = load_be16(p.bytes);
	bool is_same = s->flags & HAS_SESSION && session == s->session;
	if (is_same) {
		s->same += id != s->id && s->same < UINT16_MAX;
	} else {
		s->sessions += s->sessions < UINT16_MAX;
		s->flags &= (uint8_t) ~(HAS_MSG | HAS_SYN);
		s->session = session;
	}
	s->id = id;
	s->flags |= HAS_SESSION | (p.is_prefixed ? PREFIX : 0);
	if (p.bytes[2] == SYN)
		take_syn(s, &p);
	else
		follow_body(s, &p, is_same);
	if (p.bytes[2] == ENC)
		s->flags |= HAS_ENC;
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct dnscat2 *s = (const struct dnscat2 *)(const void *)slot->memory;
	bool is_prefixed = s->flags & PREFIX;
	unsigned proofs = s->steps + s->advances * 2u + (is_prefixed ? 2 : 0);

	if (s->same >= 5 && proofs >= 5)
		return CONFIDENCE_EXACT;
	if (s->same >= 3 && proofs >= 2)
		return CONFIDENCE_LIKELY;
	/* The same session over many names that change before and behind it. */
	if (s->same >= 8 && s->sessions <= 1u + s->same / 8u && tool_prevails(slot))
		return CONFIDENCE_CONSISTENT;
	return is_prefixed && slot->hits >= 2 ? CONFIDENCE_CONSISTENT : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct dnscat2 *s = (const struct dnscat2 *)(const void *)slot->memory;
	bool is_encrypted = s->steps > s->advances;

	c->encoding = "hex";
	tool_tell(c, "encrypted", view_str(is_encrypted ? "yes" : "no"));
	tool_tell_hex(c, "session", s->session, 4);
	tool_tell_u64(c, "sessions", s->sessions);
	if (s->flags & PREFIX)
		tool_tell(c, "domain", view_str("none: asks the server itself"));
	if (s->options & OPTION_COMMAND && !is_encrypted)
		tool_tell(c, "stream", view_str("commands"));
	if (s->named_len && !is_encrypted)
		tool_tell(c, "client_name", view_of(s->named, s->named_len));
	if (s->flags & HAS_ENC)
		tool_tell(c, "key_exchange", view_str("seen"));
}

const struct tool_family tool_dnscat2 = {
    .name = "dnscat2",
    .types = TYPE_TXT | TYPE_CNAME | TYPE_MX | TYPE_A | TYPE_AAAA,
    .min_first = 6,
    .purpose = PURPOSE_TUNNEL,
    .is_carvable = true,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
