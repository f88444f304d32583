/* SPDX-License-Identifier: ISC
 *
 * tcp-over-dns: packets of both ways under a session's number, in the clear. Up they are written
 * in names, down in a CNAME's name or a TXT string. A packet is
 *
 *     session (16 bits, low byte first) | number | last number seen | flags | checksum | data
 *
 * and all of its bytes and the number of its data's sum up to 0 modulo 256, the high byte of the
 * session left out. Numbers begin with 1; those without data have none. What one side read at once
 * is an assembly: packets up to one with the end flag, packed as a whole (LZMA) where that made it
 * smaller, which only the last of them tells.
 *
 * Source: tcp-over-dns 1.0's Packet, PacketConverter and SlidingWindow. */
#include "lib/carve/carve.h"

#include "lib/carve/lzma.h"
#include "lib/carve/seen.h"
#include "lib/carve/sessions.h"
#include "lib/carve/wire.h"
#include "lib/codec/groups.h"

#define EACH 256
#define HEADER 6
#define NUMBERS 256
/* Packets that may be under way. */
#define WINDOW 33
/* What is read at once is at most some 1500 bytes; a window of packets is no more than this. */
#define ASSEMBLY_MAX (8u << 10)
#define UNPACKED_MAX (64u << 10)
#define HOLES 8

enum flag { END = 0x01, NO_DATA = 0x02, SPECIAL = 0x04, PACKED = 0x08 };

struct hole {
	uint32_t at, missing;
};

/* One way of one session. */
struct assembly {
	uint64_t out;     /* bytes handed out */
	uint32_t n;       /* bytes */
	uint32_t packets; /* that hold them */
	uint32_t n_holes;
	struct hole holes[HOLES];
	uint8_t bytes[ASSEMBLY_MAX];
};

struct tcp_over_dns {
	struct carve_sink sink;
	struct seen told;
	struct sessions sessions;
	struct unlzma unlzma;
	struct assembly assemblies[SESSIONS][2];
	uint8_t plain[UNPACKED_MAX];
	uint8_t up[SESSIONS_BYTES(EACH)], down[SESSIONS_BYTES(EACH)];
};

struct packet {
	uint16_t session;
	uint8_t number, flags;
	struct view data;
};

/* A packed assembly is whole, or nothing of it can be read. */
static void emit_packed(struct tcp_over_dns *s, struct assembly *a, const struct outlet *o)
{
	uint64_t missing = a->packets;
	size_t len = a->n > 2 ? load_le16(a->bytes) : 0;
	if (a->n_holes == 0 && len > 0 &&
	    unlzma_raw(&s->unlzma, view_of(a->bytes + 2, a->n - 2), s->plain, len)) {
		outlet_data(o, a->out, view_of(s->plain, len));
		a->out += len;
		return;
	}
	for (uint32_t i = 0; i < a->n_holes; i++)
		missing += a->holes[i].missing;
	outlet_gap(o, a->out, missing);
}

static void emit_plain(struct assembly *a, const struct outlet *o)
{
	uint32_t from = 0;
	for (uint32_t i = 0; i <= a->n_holes; i++) {
		uint32_t to = i < a->n_holes ? a->holes[i].at : a->n;
		outlet_data(o, a->out, view_of(a->bytes + from, to - from));
		a->out += to - from;
		from = to;
		if (i < a->n_holes)
			outlet_gap(o, a->out, a->holes[i].missing);
	}
}

static void emit(struct tcp_over_dns *s, struct session *x, enum carve_way way, bool is_packed)
{
	struct assembly *a = &s->assemblies[x - s->sessions.at][way];
	if (is_packed)
		emit_packed(s, a, &x->outlet[way]);
	else
		emit_plain(a, &x->outlet[way]);
	a->n = a->n_holes = a->packets = 0;
}

/* The beginning of a packed assembly: its length, and the first byte of LZMA, which is always 0. */
static bool looks_packed(const struct assembly *a)
{
	return a->n > 2 && a->n_holes == 0 && a->bytes[2] == 0 && load_le16(a->bytes) > a->n;
}

/* The hole may hide the end of an assembly, and with it whether that was packed. */
static void add_hole(struct assembly *a, uint64_t missing)
{
	if (looks_packed(a)) {
		missing += missing ? a->packets : 0;
		a->n = a->packets = 0;
	}
	struct hole *last = a->n_holes ? &a->holes[a->n_holes - 1] : NULL;
	if (last && (last->at == a->n || a->n_holes == HOLES))
		last->missing += (uint32_t)missing;
	else
		a->holes[a->n_holes++] = (struct hole){a->n, (uint32_t)missing};
}

/* Pieces are the flags and the data. */
static void piece(void *ctx, struct session *x, enum carve_way way, const struct assembled *p)
{
	struct tcp_over_dns *s = ctx;
	struct assembly *a = &s->assemblies[x - s->sessions.at][way];
	x->outlet[way].time_ns = p->time_ns;
	x->outlet[way].event = p->event;
	if (p->gap) {
		add_hole(a, p->missing);
		return;
	}
	size_t len = p->data.len - 1;
	if (len > ASSEMBLY_MAX - a->n)
		emit(s, x, way, false);
	if (len > 0)
		memcpy(a->bytes + a->n, p->data.p + 1, len);
	a->n += (uint32_t)len;
	a->packets++;
	if (p->data.p[0] & END)
		emit(s, x, way, p->data.p[0] & PACKED);
}

static void end(void *ctx, struct session *x)
{
	struct tcp_over_dns *s = ctx;
	for (int way = CARVE_UP; way <= CARVE_DOWN; way++)
		emit(s, x, (enum carve_way)way, false);
	memset(s->assemblies[x - s->sessions.at], 0, sizeof(s->assemblies[0]));
}

static const struct sessions_plan plan = {
    .modulus = NUMBERS,
    .each = {EACH, EACH},
    .unit = {"packets", "packets"},
    .piece = piece,
    .end = end,
};

static size_t tcp_over_dns_size(void)
{
	return sizeof(struct tcp_over_dns);
}

static void *tcp_over_dns_init(
    void *mem, const struct carve_sink *sink, const struct carve_options *options)
{
	struct tcp_over_dns *s = mem;
	s->sink = *sink;
	seen_init(&s->told, &options->key, SEEN_EVER);
	memset(s->assemblies, 0, sizeof(s->assemblies));
	sessions_init(&s->sessions, &plan, &s->sink, s, s->up, s->down);
	return s;
}

static bool packet_of(struct view bytes, struct packet *ret)
{
	if (bytes.len < HEADER)
		return false;
	uint8_t sum = (uint8_t)(bytes.len - HEADER - bytes.p[1]);
	for (size_t i = 0; i < bytes.len; i++)
		sum = (uint8_t)(sum + bytes.p[i]);
	*ret = (struct packet){
	    .session = load_le16(bytes.p),
	    .number = bytes.p[2],
	    .flags = bytes.p[4],
	    .data = view_of(bytes.p + HEADER, bytes.len - HEADER),
	};
	return sum == 0;
}

static void put(
    struct tcp_over_dns *s, const struct carve_event *e, enum carve_way way, struct view bytes)
{
	uint8_t tagged[EACH];
	struct packet p;
	if (!packet_of(bytes, &p) || p.flags & (NO_DATA | SPECIAL) || p.data.len >= EACH)
		return;
	struct session *x = sessions_of(&s->sessions, p.session);
	if (!x->pieces[way].known && p.number <= WINDOW)
		assembler_start(&x->pieces[way], 1);
	tagged[0] = p.flags;
	if (p.data.len > 0)
		memcpy(tagged + 1, p.data.p, p.data.len);
	sessions_put(&s->sessions, x, way, p.number, view_of(tagged, p.data.len + 1), e);
}

static void put_name(struct tcp_over_dns *s, const struct carve_event *e, enum carve_way way,
    struct view name, size_t top_at)
{
	uint8_t text[NAME_BYTES_MAX], bytes[NAME_BYTES_MAX];
	size_t n = labels_join(name, top_at, text, sizeof(text));
	if (n > 0 && (text[0] | 0x20) == 'b' && !(e->flags & EV_CASE_KNOWN)) {
		struct outlet o = {.sink = &s->sink, .time_ns = e->time_ns, .event = e->number};
		if (!seen_before(&s->told, view_str("case"), 0))
			outlet_text(&o, "unrecoverable",
			    view_str("what is in base 63: the source lost the case of names"));
		return;
	}
	ptrdiff_t m = groups_decode_marked(view_of(text, n), bytes, sizeof(bytes));
	put(s, e, way, view_of(bytes, m > 0 ? (size_t)m : 0));
}

static void tcp_over_dns_feed(void *state, const struct carve_event *e)
{
	struct tcp_over_dns *s = state;
	struct view answers = e->answers;
	struct answer a;
	uint8_t text[ANSWER_TEXT_MAX], bytes[ANSWER_TEXT_MAX];
	uint16_t order;
	if ((e->qtype != QTYPE_TXT && e->qtype != QTYPE_CNAME) || e->name.len == 0)
		return;
	put_name(s, e, CARVE_UP, e->name, e->top_at);
	while (e->flags & EV_RESPONSE && answer_next(&answers, &a)) {
		if (a.type == QTYPE_CNAME) {
			struct view name = answer_name(&a, &order);
			put_name(s, e, CARVE_DOWN, name, name.len);
		} else if (a.type == QTYPE_TXT) {
			size_t n = txt_join(view_of(a.rdata, a.rdlen), text, sizeof(text));
			ptrdiff_t m = groups_decode_sized(
			    groups_of(GROUPS_BASE87), view_of(text, n), bytes, sizeof(bytes));
			put(s, e, CARVE_DOWN, view_of(bytes, m > 0 ? (size_t)m : 0));
		}
	}
}

static void tcp_over_dns_finish(void *state)
{
	struct tcp_over_dns *s = state;
	sessions_finish(&s->sessions);
}

const struct carver carver_tcp_over_dns = {
    "tcp-over-dns", tcp_over_dns_size, tcp_over_dns_init, tcp_over_dns_feed, tcp_over_dns_finish};
