/* SPDX-License-Identifier: ISC
 *
 * dns2tcp 0.5: TCP streams both ways, in the clear. Queries of type TXT or KEY carry base64 of a
 * 7-byte header and data; every reply carries the number of the query it answers, so both
 * directions are ordered by it. Names of the three control labels ask for authentication, the
 * list of resources and a connection.
 *
 * Source: dns2tcp's client/queue.c, server/queue.c and rr.c. */
#include "lib/carve/carve.h"

#include "lib/base/cursor.h"
#include "lib/carve/seen.h"
#include "lib/carve/sessions.h"
#include "lib/carve/wire.h"
#include "lib/codec/codec.h"

#define UP_EACH 256
/* The server fills messages of at most 512 bytes. */
#define DOWN_EACH 1024
#define HEADER 7
/* Numbers go from 1 to 65535; 0 says that there is none. */
#define SEQ_MODULUS 65535
/* A client that starts has at most 48 queries under way. */
#define FIRST_SEQS 48
#define RECORDS_MAX 26

enum type { ERROR = 0x02, DATA = 0x08 };

struct dns2tcp {
	struct carve_sink sink;
	struct seen told;
	struct sessions sessions;
	uint8_t bytes[ANSWER_TEXT_MAX];
	uint8_t text[ANSWER_TEXT_MAX];
	uint8_t up[SESSIONS_BYTES(UP_EACH)];
	uint8_t down[SESSIONS_BYTES(DOWN_EACH)];
};

struct packet {
	uint16_t session, seq;
	uint8_t type;
	struct view data;
};

static const struct sessions_plan plan = {
    .modulus = SEQ_MODULUS, .each = {UP_EACH, DOWN_EACH}, .unit = {"queries", "replies"}};

static size_t dns2tcp_size(void)
{
	return sizeof(struct dns2tcp);
}

static void *dns2tcp_init(
    void *mem, const struct carve_sink *sink, const struct carve_options *options)
{
	struct dns2tcp *s = mem;
	s->sink = *sink;
	seen_init(&s->told, &options->key, SEEN_EVER);
	sessions_init(&s->sessions, &plan, &s->sink, NULL, s->up, s->down);
	return s;
}

static void tell(struct dns2tcp *s, const struct carve_event *e, const struct packet *p,
    enum carve_way way, const char *key, struct view data)
{
	uint8_t id[2 + 96];
	size_t k = strlen(key), n = data.len < 64 ? data.len : 64;
	memcpy(id, &p->session, 2);
	memcpy(id + 2, key, k);
	if (n > 0)
		memcpy(id + 2 + k, data.p, n);
	if (seen_before(&s->told, view_of(id, 2 + k + n), 0))
		return;
	s->sink.item(s->sink.ctx, &(struct carve_item){.kind = CARVE_TEXT,
	                              .way = way,
	                              .stream = sessions_of(&s->sessions, p->session)->stream,
	                              .time_ns = e->time_ns,
	                              .event = e->number,
	                              .key = key,
	                              .data = data});
}

/* Header and data out of `bytes`. */
static bool packet_of(struct view bytes, struct packet *ret)
{
	struct cursor c = cursor_over(bytes);
	struct packet p = {.session = cursor_u16_le(&c)};
	cursor_skip(&c, 2); /* what is acknowledged: nothing here waits for it */
	p.seq = cursor_u16(&c);
	p.type = cursor_u8(&c);
	p.data = cursor_rest(&c);
	if (!cursor_ok(&c))
		return false;
	*ret = p;
	return true;
}

/* Decode base64 that may be cut by dots. */
static ptrdiff_t decode(struct dns2tcp *s, struct view text, uint8_t *to, size_t cap)
{
	size_t n = 0;
	for (size_t i = 0; i < text.len && n < sizeof(s->text); i++)
		if (text.p[i] != '.')
			s->text[n++] = text.p[i];
	return codec_decode_lax(codec_of(CODEC_BASE64), view_of(s->text, n), to, cap);
}

/* The data labels of a name, and the control label behind them, if any. */
static bool query_packet(
    struct dns2tcp *s, const struct carve_event *e, struct packet *ret, struct view *ret_control)
{
	struct view left = e->name, label, control = view_of(NULL, 0);
	uint8_t text[NAME_BYTES_MAX];
	size_t n = 0;
	while ((size_t)(left.p - e->name.p) < e->top_at && label_next(&left, &label)) {
		if (label.p[0] == '=') {
			control = label;
			break;
		}
		memcpy(text + n, label.p, label.len);
		n += label.len;
	}
	ptrdiff_t m = decode(s, view_of(text, n), s->bytes, sizeof(s->bytes));
	if (m < 0 || !packet_of(view_of(s->bytes, (size_t)m), ret))
		return false;
	*ret_control = control;
	return true;
}

/* A reply's records begin with a letter that gives their order; each is encoded for itself. */
static bool reply_packet(struct dns2tcp *s, struct view answers, struct packet *ret)
{
	struct answer a;
	struct view part[RECORDS_MAX] = {0};
	uint8_t joined[NAME_BYTES_MAX * 4];
	size_t n = 0, used = 0;
	while (answer_next(&answers, &a)) {
		struct view text = view_of(a.rdata, a.rdlen);
		if (a.type == QTYPE_TXT) {
			size_t len = txt_join(text, joined + used, sizeof(joined) - used);
			text = view_of(joined + used, len);
			used += len;
		} else if (a.type != QTYPE_KEY) {
			continue;
		}
		if (text.len > 1 && text.p[0] >= 'A' && text.p[0] <= 'Z')
			part[text.p[0] - 'A'] = view_of(text.p + 1, text.len - 1);
	}
	for (unsigned i = 0; i < RECORDS_MAX && part[i].p; i++) {
		ptrdiff_t m = decode(s, part[i], s->bytes + n, sizeof(s->bytes) - n);
		if (m < 0)
			return false;
		n += (size_t)m;
	}
	return packet_of(view_of(s->bytes, n), ret);
}

static void put(
    struct dns2tcp *s, const struct carve_event *e, const struct packet *p, enum carve_way way)
{
	if (p->seq == 0)
		return;
	struct session *x = sessions_of(&s->sessions, p->session);
	if (p->seq <= FIRST_SEQS && !x->pieces[way].known)
		assembler_start(&x->pieces[way], 0);
	sessions_put(
	    &s->sessions, x, way, p->seq - 1u, p->type & DATA ? p->data : view_of(NULL, 0), e);
}

static void control(
    struct dns2tcp *s, const struct carve_event *e, const struct packet *q, struct view label)
{
	struct packet reply;
	char id[4];
	uint8_t be[2] = {(uint8_t)(q->session >> 8), (uint8_t)q->session};
	if (view_starts(label, "=connect") && q->session != 0) {
		codec_encode(codec_of(CODEC_HEX), view_of(be, 2), id, sizeof(id));
		tell(s, e, q, CARVE_UP, "session", view_of(id, sizeof(id)));
		tell(s, e, q, CARVE_UP, "resource", q->data);
	}
	if (!(e->flags & EV_RESPONSE) || !reply_packet(s, e->answers, &reply))
		return;
	if (reply.type & ERROR)
		tell(s, e, &reply, CARVE_DOWN, "error", reply.data);
	else if (view_starts(label, "=resource"))
		tell(s, e, &reply, CARVE_DOWN, "resources", reply.data);
}

static void dns2tcp_feed(void *state, const struct carve_event *e)
{
	struct dns2tcp *s = state;
	struct packet p;
	struct view label;
	if ((e->qtype != QTYPE_TXT && e->qtype != QTYPE_KEY) || e->name.len == 0)
		return;
	if (!(e->flags & EV_CASE_KNOWN)) {
		tell(s, e, &(struct packet){0}, CARVE_UP, "unrecoverable",
		    view_str("the source lost the case of names"));
		return;
	}
	if (!query_packet(s, e, &p, &label))
		return;
	if (label.len > 0) {
		control(s, e, &p, label);
		return;
	}
	put(s, e, &p, CARVE_UP);
	if (e->flags & EV_RESPONSE && reply_packet(s, e->answers, &p))
		put(s, e, &p, CARVE_DOWN);
}

static void dns2tcp_finish(void *state)
{
	struct dns2tcp *s = state;
	sessions_finish(&s->sessions);
}

const struct carver carver_dns2tcp = {
    "dns2tcp", dns2tcp_size, dns2tcp_init, dns2tcp_feed, dns2tcp_finish};
