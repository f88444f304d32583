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
enum { HEADER = 5, NONCE_AT = 11, MSG_DATA = 9, SYN_NAME = 9, STEP_MAX = 4, SURE_STEPS = 8 };
enum { SESSIONS = 4, NAMED_MAX = 15 };

/* Options of SYN. */
enum { OPTION_NAME = 0x01, OPTION_COMMAND = 0x20 };

/* A client polls for all its sessions in turn. */
struct session {
	uint16_t id;
	uint16_t nonce;
	uint16_t seq;  /* of the next message, once `is_ordered` */
	bool has_sent; /* the message before had data, so that this number is new */
	bool is_ordered;
};

struct dnscat2 {
	struct session sessions[SESSIONS];
	uint16_t id;       /* of the last packet */
	uint16_t n;        /* sessions met */
	uint16_t same;     /* packets of a session that was known */
	uint16_t steps;    /* of the counter: encrypted */
	uint16_t advances; /* of the sequence, by what was sent: plain */
	uint16_t options;
	uint16_t types; /* enum query_type, of all it asked for */
	bool is_prefixed, has_exchange;
	uint8_t named_len;
	uint8_t named[NAMED_MAX]; /* what the client calls itself */
};
_Static_assert(sizeof(struct dnscat2) <= TOOL_WORDS * 4, "a slot's memory");

struct packet {
	size_t len; /* of bytes */
	size_t at;  /* where the hex begins */
	bool is_prefixed;
	uint8_t bytes[SYN_NAME + NAMED_MAX];
};

static bool read_packet(const struct tool_event *t, struct packet *p)
{
	p->is_prefixed = t->first_len == 6 && tool_starts(t->first, 6, "dnscat");
	if (!p->is_prefixed && !(t->alphabets & ALPHABET_HEX))
		return false;
	p->at = p->is_prefixed ? 7 : 0;
	p->len = tool_hex(t->name, p->at, t->end, p->bytes, sizeof(p->bytes));
	if (p->len < HEADER + 1)
		return false;
	uint8_t type = p->bytes[2];
	return type <= FIN ? (type == FIN || p->len >= MSG_DATA)
	                   : (type == ENC && p->len >= 13) || type == PING;
}

/* The session of that id, moved to the front; a new one takes the place of the one that was not
 * heard of for longest. */
static struct session *find_session(struct dnscat2 *s, uint16_t id, bool *ret_known)
{
	struct session found = {.id = id};
	unsigned i = 0;
	while (i < SESSIONS - 1u && i < s->n && s->sessions[i].id != id)
		i++;
	*ret_known = i < s->n && s->sessions[i].id == id;
	if (*ret_known)
		found = s->sessions[i];
	else
		tool_count(&s->n);
	memmove(s->sessions + 1, s->sessions, i * sizeof(found));
	s->sessions[0] = found;
	return &s->sessions[0];
}

static void follow_message(
    struct dnscat2 *s, struct session *session, const struct packet *p, const struct tool_event *t)
{
	if (s->steps > s->advances + SURE_STEPS)
		return; /* encrypted: this is no sequence */
	size_t len = tool_hex_length(t->name, p->at, t->end);
	uint16_t seq = load_be16(p->bytes + HEADER);
	if (session->is_ordered && session->has_sent && seq == session->seq)
		tool_count(&s->advances);
	session->has_sent = len > MSG_DATA;
	session->seq = (uint16_t)(seq + (len - MSG_DATA));
	session->is_ordered = true;
}

static void follow_nonce(
    struct dnscat2 *s, struct session *session, const struct packet *p, bool is_known)
{
	uint16_t nonce = load_be16(p->bytes + NONCE_AT);
	uint16_t step = (uint16_t)(nonce - session->nonce);
	if (is_known && step >= 1 && step <= STEP_MAX)
		tool_count(&s->steps);
	session->nonce = nonce;
}

static void take_syn(struct dnscat2 *s, struct session *session, const struct packet *p)
{
	session->seq = load_be16(p->bytes + HEADER);
	session->is_ordered = true;
	session->has_sent = true; /* the first message must have this very number */
	s->options = load_be16(p->bytes + HEADER + 2);
	s->named_len = 0;
	if (!(s->options & OPTION_NAME))
		return;
	for (size_t i = SYN_NAME; i < p->len && p->bytes[i]; i++)
		s->named[s->named_len++] = p->bytes[i];
}

static bool name_fits(uint32_t *memory, const struct tool_event *t)
{
	struct dnscat2 *s = (struct dnscat2 *)(void *)memory;
	struct packet p;
	bool is_known;

	if (!read_packet(t, &p))
		return false;
	uint16_t id = load_be16(p.bytes);
	uint8_t type = p.bytes[2];
	struct session *session = find_session(s, load_be16(p.bytes + 3), &is_known);
	if (is_known && id != s->id)
		tool_count(&s->same);
	s->id = id;
	if (type == SYN)
		take_syn(s, session, &p);
	else if (type == MSG)
		follow_message(s, session, &p, t);
	if (type != SYN && p.len >= NONCE_AT + 2)
		follow_nonce(s, session, &p, is_known);
	s->types |= t->type;
	s->is_prefixed |= p.is_prefixed;
	s->has_exchange |= type == ENC;
	return true;
}

static enum confidence conclude(const struct tool_slot *slot)
{
	const struct dnscat2 *s = (const struct dnscat2 *)(const void *)slot->memory;
	unsigned proofs = s->steps + s->advances * 2u + (s->is_prefixed ? 2 : 0);

	if (s->same >= 5 && proofs >= 5)
		return CONFIDENCE_EXACT;
	if (s->same >= 3 && proofs >= 2)
		return CONFIDENCE_LIKELY;
	/* The same session in many names that differ before it. The client picks one of its types
	 * at random each time; addresses are asked for by twos anyway. */
	unsigned types = (unsigned)__builtin_popcount(s->types & (TYPE_TXT | TYPE_CNAME | TYPE_MX));
	if (s->same >= 8 && s->n <= 1u + s->same / 8u && tool_prevails(slot))
		return types > 1 ? CONFIDENCE_LIKELY : CONFIDENCE_CONSISTENT;
	return s->is_prefixed && slot->hits >= 2 ? CONFIDENCE_CONSISTENT : CONFIDENCE_NONE;
}

static void tell(const struct tool_slot *slot, struct tool_claim *c)
{
	const struct dnscat2 *s = (const struct dnscat2 *)(const void *)slot->memory;
	bool is_encrypted = s->steps > s->advances;

	c->encoding = "hex";
	tool_tell(c, "encrypted", view_str(is_encrypted ? "yes" : "no"));
	tool_tell_hex(c, "session", s->sessions[0].id, 4);
	tool_tell_u64(c, "sessions", s->n);
	if (s->is_prefixed)
		tool_tell(c, "domain", view_str("none: asks the server itself"));
	if (s->options & OPTION_COMMAND && !is_encrypted)
		tool_tell(c, "stream", view_str("commands"));
	if (s->named_len && !is_encrypted)
		tool_tell(c, "client_name", view_of(s->named, s->named_len));
	if (s->has_exchange)
		tool_tell(c, "key_exchange", view_str("seen"));
}

const struct tool_family tool_dnscat2 = {
    .name = "dnscat2",
    .types = TYPE_TXT | TYPE_CNAME | TYPE_MX | TYPE_A | TYPE_AAAA,
    .min_first = 6,
    .purpose = PURPOSE_TUNNEL,
    .name_fits = name_fits,
    .conclude = conclude,
    .tell = tell,
};
