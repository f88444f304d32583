/* SPDX-License-Identifier: ISC
 *
 * dnscat2: sessions of unencrypted clients as streams, commands and files; of encrypted ones
 * (the default) that they are, how much they carried and when.
 *
 * A name is hex of a packet, in labels, before the domain or behind the label "dnscat". Replies
 * carry hex in TXT, CNAME and MX, raw bytes in A and AAAA.
 *
 * Source: dnscat2's doc/protocol.md; drivers/driver_dns.rb for what the answers look like. */
#include "lib/carve/carve.h"

#include "lib/base/cursor.h"
#include "lib/carve/assembler.h"
#include "lib/carve/dnscat2_commands.h"
#include "lib/carve/seen.h"
#include "lib/carve/wire.h"
#include "lib/codec/codec.h"

#define SESSIONS 32
#define EACH 256
#define SEQ_MODULUS 65536
#define OPTION_NAME 0x01
#define OPTION_COMMAND 0x20
/* Encrypted packets count a nonce up by one; random bytes do so three times running once in
 * 2^48. */
#define NONCE_RUN 3
#define NONCE_AT 6
#define RECORDS_MAX 64

enum type { SYN = 0, MSG = 1, FIN = 2, ENC = 3 };

struct session {
	uint16_t id, nonce;
	uint8_t nonce_run;
	bool used, syn, command, encrypted;
	uint32_t stream;
	uint64_t touched;
	uint64_t packets, bytes[2];
	int64_t first_ns, last_ns;
	uint64_t last_event;
	struct assembler way[2];
	struct commands commands[2];
	struct command_names names;
};

struct dnscat2 {
	struct carve_sink sink;
	struct seen names;
	uint32_t streams;
	uint64_t clock;
	struct session session[SESSIONS];
	uint8_t bytes[SESSIONS][2][ASSEMBLER_SLOTS * EACH];
};

struct packet {
	uint16_t session;
	uint8_t type;
	struct view body;
};

static size_t dnscat2_size(void)
{
	return sizeof(struct dnscat2);
}

static void *dnscat2_init(
    void *mem, const struct carve_sink *sink, const struct carve_options *options)
{
	struct dnscat2 *s = mem;
	s->sink = *sink;
	s->streams = 0;
	s->clock = 0;
	seen_init(&s->names, &options->key, SEEN_LATELY_NS);
	for (unsigned i = 0; i < SESSIONS; i++)
		s->session[i].used = false;
	return s;
}

struct outlet {
	struct dnscat2 *s;
	struct session *session;
	enum carve_way way;
};

static struct commands_context context_of(const struct outlet *o, int64_t time_ns, uint64_t event)
{
	return (struct commands_context){
	    .sink = &o->s->sink,
	    .names = &o->session->names,
	    .streams = &o->s->streams,
	    .stream = o->session->stream,
	    .way = o->way,
	    .time_ns = time_ns,
	    .event = event,
	};
}

static void piece(void *ctx, const struct assembled *p)
{
	const struct outlet *o = ctx;
	struct session *x = o->session;
	struct carve_item item = {
	    .kind = p->gap ? CARVE_GAP : CARVE_STREAM,
	    .way = o->way,
	    .stream = x->stream,
	    .offset = p->offset,
	    .missing = p->missing,
	    .time_ns = p->time_ns,
	    .event = p->event,
	    .key = p->gap ? "bytes" : NULL,
	    .data = p->data,
	};
	o->s->sink.item(o->s->sink.ctx, &item);
	/* A gap before the first byte is a stream whose beginning was not captured. */
	if (p->gap && p->offset > 0)
		x->commands[o->way].lost = true;
	if (!x->syn && !p->gap && p->offset == 0 && commands_plausible(p->data))
		x->command = true;
	if (!x->command || p->gap)
		return;
	struct commands_context c = context_of(o, p->time_ns, p->event);
	commands_put(&x->commands[o->way], p->data, &c);
}

static void tell(struct dnscat2 *s, const struct session *x, enum carve_way way, const char *key,
    struct view data)
{
	s->sink.item(s->sink.ctx, &(struct carve_item){.kind = CARVE_TEXT,
	                              .way = way,
	                              .stream = x->stream,
	                              .time_ns = x->last_ns,
	                              .event = x->last_event,
	                              .key = key,
	                              .data = data});
}

static void tell_number(struct dnscat2 *s, const struct session *x, enum carve_way way,
    const char *key, uint64_t number)
{
	uint8_t digits[20];
	size_t at = sizeof(digits);
	do
		digits[--at] = (uint8_t)('0' + number % 10);
	while ((number /= 10) > 0);
	tell(s, x, way, key, view_of(digits + at, sizeof(digits) - at));
}

static void finish_session(struct dnscat2 *s, struct session *x)
{
	for (int way = CARVE_UP; way <= CARVE_DOWN && !x->encrypted; way++) {
		struct outlet o = {s, x, (enum carve_way)way};
		assembler_finish(&x->way[way], &(struct assembler_sink){piece, &o});
		struct commands_context c = context_of(&o, x->last_ns, x->last_event);
		commands_finish(&x->commands[way], &c);
	}
	tell_number(s, x, CARVE_UP, "packets", x->packets);
	tell_number(s, x, CARVE_UP, x->encrypted ? "encrypted-bytes" : "bytes", x->bytes[CARVE_UP]);
	tell_number(
	    s, x, CARVE_DOWN, x->encrypted ? "encrypted-bytes" : "bytes", x->bytes[CARVE_DOWN]);
	x->used = false;
}

static void tell_session(struct dnscat2 *s, const struct session *x)
{
	char id[4];
	uint8_t be[2];
	store_be16(be, x->id);
	codec_encode(codec_of(CODEC_HEX), view_of(be, 2), id, sizeof(id));
	tell(s, x, CARVE_UP, "session", view_of(id, sizeof(id)));
}

static struct session *session_of(struct dnscat2 *s, uint16_t id, const struct carve_event *e)
{
	struct session *x = NULL, *old = &s->session[0];
	for (unsigned i = 0; i < SESSIONS; i++) {
		struct session *at = &s->session[i];
		if (at->used && at->id == id)
			x = at;
		if (old->used && (!at->used || at->touched < old->touched))
			old = at;
	}
	if (!x) {
		if (old->used)
			finish_session(s, old);
		x = old;
		*x = (struct session){
		    .id = id, .used = true, .stream = s->streams++, .first_ns = e->time_ns};
		for (int way = CARVE_UP; way <= CARVE_DOWN; way++)
			assembler_init(
			    &x->way[way], s->bytes[x - s->session][way], EACH, SEQ_MODULUS, true);
		x->last_ns = e->time_ns;
		x->last_event = e->number;
		tell_session(s, x);
	}
	x->touched = ++s->clock;
	x->last_ns = e->time_ns;
	x->last_event = e->number;
	return x;
}

static bool packet_of(struct view bytes, struct packet *ret)
{
	struct cursor c = cursor_over(bytes);
	struct packet p = {0};
	cursor_skip(&c, 2); /* random */
	p.type = cursor_u8(&c);
	p.session = cursor_u16(&c);
	p.body = cursor_rest(&c);
	if (!cursor_ok(&c) || p.type > ENC)
		return false;
	*ret = p;
	return true;
}

/* Hex labels up to the first label that is none; the label "dnscat" may stand before them. */
static size_t hex_labels(struct view name, size_t end, uint8_t *to, size_t cap)
{
	struct view left = name, label;
	const struct codec *hex = codec_of(CODEC_HEX);
	uint8_t text[NAME_BYTES_MAX];
	size_t n = 0;
	bool first = true;
	while ((size_t)(left.p - name.p) < end && label_next(&left, &label)) {
		bool is_hex = true;
		for (size_t i = 0; i < label.len && is_hex; i++)
			is_hex = codec_value(hex, label.p[i]) >= 0;
		if (!is_hex && !(first && view_is(label, "dnscat")))
			break;
		first = false;
		if (is_hex) {
			memcpy(text + n, label.p, label.len);
			n += label.len;
		}
	}
	ptrdiff_t m = codec_decode(hex, view_of(text, n), to, cap);
	return m < 0 ? 0 : (size_t)m;
}

/* Addresses carry their place in the first byte, then data; the first byte of it all is how many
 * bytes count. */
static size_t addresses(struct view answers, uint16_t type, uint8_t *to, size_t cap)
{
	struct answer a;
	struct view part[RECORDS_MAX];
	size_t n_parts = 0, n = 0, width = type == QTYPE_A ? 4 : 16;
	while (n_parts < RECORDS_MAX && answer_next(&answers, &a)) {
		if (a.type != type || a.rdlen != width)
			continue;
		size_t at = n_parts++;
		for (; at > 0 && part[at - 1].p[0] > a.rdata[0]; at--)
			part[at] = part[at - 1];
		part[at] = view_of(a.rdata, width);
	}
	for (size_t i = 0; i < n_parts && n + width <= cap; i++) {
		memcpy(to + n, part[i].p + 1, width - 1);
		n += width - 1;
	}
	if (n == 0 || to[0] > n - 1)
		return 0;
	size_t len = to[0];
	memmove(to, to + 1, len);
	return len;
}

static size_t reply_bytes(const struct carve_event *e, uint8_t *to, size_t cap)
{
	struct view answers = e->answers;
	struct answer a;
	uint8_t text[2 * EACH];
	uint16_t order;
	size_t top = e->name.len - e->top_at;
	while (answer_next(&answers, &a)) {
		if (a.type == QTYPE_A || a.type == QTYPE_AAAA)
			return addresses(e->answers, a.type, to, cap);
		if (a.type == QTYPE_TXT) {
			size_t n = txt_join(view_of(a.rdata, a.rdlen), text, sizeof(text));
			ptrdiff_t m = codec_decode(codec_of(CODEC_HEX), view_of(text, n), to, cap);
			return m < 0 ? 0 : (size_t)m;
		}
		struct view name = answer_name(&a, &order);
		if (name.len == 0)
			continue;
		/* The name ends in the domain, which may be hex as well. */
		bool ends = name.len > top &&
		            memcmp(name.p + name.len - top, e->name.p + e->top_at, top) == 0;
		return hex_labels(name, ends ? name.len - top : name.len, to, cap);
	}
	return 0;
}

/* Encrypted from now on: what waits is no data. */
static void is_encrypted(struct dnscat2 *s, struct session *x)
{
	if (x->encrypted)
		return;
	x->encrypted = true;
	tell(s, x, CARVE_UP, "encrypted", view_str("yes"));
}

static void syn(struct dnscat2 *s, struct session *x, struct view body, enum carve_way way)
{
	struct cursor c = cursor_over(body);
	uint16_t isn = cursor_u16(&c), options = cursor_u16(&c);
	if (!cursor_ok(&c))
		return;
	bool first = !x->way[way].started;
	assembler_start(&x->way[way], isn);
	x->syn = true;
	if (way == CARVE_UP && options & OPTION_COMMAND)
		x->command = true;
	struct view name = cursor_rest(&c);
	if (first && options & OPTION_NAME && name.len > 0) {
		const uint8_t *nul = memchr(name.p, 0, name.len);
		tell(s, x, way, "name", view_of(name.p, nul ? (size_t)(nul - name.p) : name.len));
	}
}

/* Without a plain SYN a session may be an encrypted one whose key exchange was not captured. */
static void watch_nonce(struct dnscat2 *s, struct session *x, struct view body)
{
	if (x->syn || body.len < NONCE_AT + 2)
		return;
	uint16_t nonce = load_be16(body.p + NONCE_AT);
	if (x->packets > 1 && nonce == (uint16_t)(x->nonce + 1))
		x->nonce_run++;
	else if (nonce != x->nonce)
		x->nonce_run = 0;
	x->nonce = nonce;
	if (x->nonce_run >= NONCE_RUN)
		is_encrypted(s, x);
}

static void packet(struct dnscat2 *s, const struct carve_event *e, const struct packet *p,
    enum carve_way way, bool fresh)
{
	struct session *x = session_of(s, p->session, e);
	struct outlet o = {s, x, way};
	x->packets += way == CARVE_UP && fresh;
	if (p->type == ENC) {
		is_encrypted(s, x);
		return;
	}
	if (way == CARVE_UP && fresh && p->type == MSG)
		watch_nonce(s, x, p->body);
	if (x->encrypted) {
		/* MAC, nonce, and inside seq and ack */
		if (fresh && p->type == MSG && p->body.len > 12)
			x->bytes[way] += p->body.len - 12;
		return;
	}
	if (p->type == SYN) {
		syn(s, x, p->body, way);
	} else if (p->type == MSG && p->body.len > 4) {
		x->bytes[way] += fresh ? p->body.len - 4 : 0;
		assembler_put(&x->way[way], load_be16(p->body.p),
		    view_of(p->body.p + 4, p->body.len - 4), e->time_ns, e->number,
		    &(struct assembler_sink){piece, &o});
	} else if (p->type == FIN && fresh && p->body.len > 1) {
		tell(s, x, way, "fin", view_of(p->body.p, p->body.len - 1));
	}
}

static void dnscat2_feed(void *state, const struct carve_event *e)
{
	struct dnscat2 *s = state;
	uint8_t bytes[4 * EACH];
	struct packet up, down;
	if (e->name.len == 0 || e->top_at > e->name.len)
		return;
	size_t n = hex_labels(e->name, e->top_at, bytes, sizeof(bytes));
	if (!packet_of(view_of(bytes, n), &up))
		return;
	bool fresh = !seen_before(&s->names, e->name, e->time_ns);
	packet(s, e, &up, CARVE_UP, fresh);
	if (!(e->flags & EV_RESPONSE))
		return;
	n = reply_bytes(e, bytes, sizeof(bytes));
	if (!packet_of(view_of(bytes, n), &down) || down.session != up.session)
		return;
	/* A reply is known by its random number, and by the name it answers. */
	packet(s, e, &down, CARVE_DOWN, !seen_before(&s->names, view_of(bytes, n), e->time_ns));
}

static void dnscat2_finish(void *state)
{
	struct dnscat2 *s = state;
	for (unsigned i = 0; i < SESSIONS; i++)
		if (s->session[i].used)
			finish_session(s, &s->session[i]);
}

const struct carver carver_dnscat2 = {
    "dnscat2", dnscat2_size, dnscat2_init, dnscat2_feed, dnscat2_finish};
