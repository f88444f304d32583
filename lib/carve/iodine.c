/* SPDX-License-Identifier: ISC
 *
 * iodine, protocol 0x00000502 (0.6 to 0.8, AndIodine): inner IP packets both ways.
 *
 * Upstream, a name is one command character and its arguments; data is a hex user id, 15 bits of
 * sequence numbers in three base32 characters, a counter against caches, and text in the codec
 * that the `s` command chose. Downstream the payload is in NULL or PRIVATE as it is, in TXT
 * behind a character that names its codec, in host names of CNAME, MX and SRV likewise. A
 * response answers whichever query the server was holding, so all that matters of its question
 * is the user. Where the handshake was not captured, the codec is the one whose bytes inflate:
 * zlib's checksum makes a wrong one practically impossible.
 *
 * Source: iodine's doc/proto_00000502.txt; client.c and iodined.c for what it leaves open. */
#include "lib/carve/carve.h"

#include "lib/base/cursor.h"
#include "lib/carve/fragments.h"
#include "lib/carve/inflate.h"
#include "lib/carve/seen.h"
#include "lib/carve/wire.h"
#include "lib/codec/codec.h"

#define USERS 16
#define UP_EACH 256
/* Fragments fit into one message, and iodine announces 4096 bytes by EDNS. */
#define DOWN_EACH 4096
#define PACKED_MAX (FRAGMENTS * DOWN_EACH)
/* A tun device's frame: 4 bytes of type and an IP packet. */
#define FRAME_MAX (4 + 65535)
#define HOSTS_MAX 32

static const uint8_t raw_magic[3] = {0x10, 0xd1, 0x9e};

struct user {
	struct fragments up, down;
	uint64_t told_lost[2];
	uint64_t bytes[2];
	uint8_t codec; /* index in up_codecs, tried first */
};

struct iodine {
	struct carve_sink sink;
	struct seen names, told;
	struct user user[USERS];
	struct inflater inflater;
	uint8_t packed[PACKED_MAX];
	uint8_t frame[FRAME_MAX];
	uint8_t answer[ANSWER_TEXT_MAX], text[ANSWER_TEXT_MAX];
	uint8_t up_bytes[USERS][FRAGMENT_SLOTS * FRAGMENTS * UP_EACH];
	uint8_t down_bytes[USERS][FRAGMENT_SLOTS * FRAGMENTS * DOWN_EACH];
};

static const enum codec_id up_codecs[] = {
    CODEC_BASE128_IODINE,
    CODEC_BASE64_IODINE,
    CODEC_BASE64U_IODINE,
    CODEC_BASE32_IODINE,
};
#define UP_CODECS (sizeof(up_codecs) / sizeof(up_codecs[0]))

/* The first character of TXT and of host names. */
static const struct {
	char txt, host;
	enum codec_id codec;
} down_codecs[] = {
    {'t', 'h', CODEC_BASE32_IODINE},
    {'s', 'i', CODEC_BASE64_IODINE},
    {'u', 'j', CODEC_BASE64U_IODINE},
    {'v', 'k', CODEC_BASE128_IODINE},
};

static size_t iodine_size(void)
{
	return sizeof(struct iodine);
}

static void *iodine_init(
    void *mem, const struct carve_sink *sink, const struct carve_options *options)
{
	struct iodine *s = mem;
	s->sink = *sink;
	seen_init(&s->names, &options->key, SEEN_LATELY_NS);
	seen_init(&s->told, &options->key, SEEN_EVER);
	for (unsigned u = 0; u < USERS; u++) {
		s->user[u] = (struct user){0};
		fragments_init(&s->user[u].up, s->up_bytes[u], UP_EACH);
		fragments_init(&s->user[u].down, s->down_bytes[u], DOWN_EACH);
	}
	return s;
}

static void hand_out(struct iodine *s, const struct carve_event *e, struct carve_item item)
{
	item.time_ns = e ? e->time_ns : item.time_ns;
	item.event = e ? e->number : 0;
	s->sink.item(s->sink.ctx, &item);
}

/* Tell a fact of the handshake, once for each user. */
static void tell(struct iodine *s, const struct carve_event *e, unsigned user, enum carve_way way,
    const char *key, struct view data)
{
	uint8_t id[96];
	size_t k = strlen(key), n = data.len < 64 ? data.len : 64;
	id[0] = (uint8_t)user;
	memcpy(id + 1, key, k);
	if (n > 0)
		memcpy(id + 1 + k, data.p, n);
	if (seen_before(&s->told, view_of(id, 1 + k + n), 0))
		return;
	hand_out(s, e,
	    (struct carve_item){
	        .kind = CARVE_TEXT, .way = way, .stream = user, .key = key, .data = data});
}

static void tell_lost(
    struct iodine *s, const struct carve_event *e, unsigned user, enum carve_way way)
{
	struct user *u = &s->user[user];
	uint64_t lost = way == CARVE_UP ? u->up.lost : u->down.lost;
	if (lost == u->told_lost[way])
		return;
	hand_out(s, e,
	    (struct carve_item){.kind = CARVE_GAP,
	        .way = way,
	        .stream = user,
	        .key = "packets",
	        .offset = u->bytes[way],
	        .missing = lost - u->told_lost[way]});
	u->told_lost[way] = lost;
}

/* What stands before the packet is what this side's tun device wants: Linux says the EtherType, the
 * BSDs an address family, AndIodine (Android) nothing. */
static void tell_system(struct iodine *s, const struct carve_event *e, unsigned user,
    enum carve_way way, const uint8_t head[4])
{
	uint32_t type = load_be32(head);
	const char *system = type == 0                          ? "Android (AndIodine)"
	                     : type == 0x0800 || type == 0x86dd ? "Linux"
	                     : type == 2 || type == 24 || type == 28 || type == 30 ? "BSD or macOS"
	                                                                           : NULL;
	if (system)
		tell(s, e, user, way, "system", view_str(system));
}

/* Inflate packed[0..len) and hand the packet out. */
static bool unpack(struct iodine *s, const struct carve_event *e, unsigned user, enum carve_way way,
    struct view packed)
{
	ptrdiff_t n = inflate_all(&s->inflater, INFLATE_ZLIB, packed, s->frame, sizeof(s->frame));
	if (n < 5)
		return false;
	/* What stands before the packet tells its type in as many ways as there are systems; the
	 * packet itself tells it too. */
	uint8_t version = s->frame[4] >> 4;
	if (version != 4 && version != 6)
		return false;
	tell_system(s, e, user, way, s->frame);
	struct user *u = &s->user[user];
	hand_out(s, e,
	    (struct carve_item){.kind = CARVE_PACKET,
	        .way = way,
	        .stream = user,
	        .offset = u->bytes[way],
	        .data = view_of(s->frame + 4, (size_t)n - 4)});
	u->bytes[way] += (uint64_t)n - 4;
	return true;
}

/* A full fragment ends where the name is full: its last symbol holds bits of the next byte, which
 * the next fragment sends whole, so left-over bits mean nothing. */
static size_t decode_fragments(
    struct iodine *s, const struct fragments *f, unsigned seq, const struct codec *c)
{
	size_t n = 0;
	for (unsigned k = 0; k <= f->slot[seq].last; k++) {
		ptrdiff_t m =
		    codec_decode_lax(c, fragments_get(f, seq, k), s->packed + n, PACKED_MAX - n);
		if (m < 0)
			return 0;
		n += (size_t)m;
	}
	return n;
}

static void up_whole(struct iodine *s, const struct carve_event *e, unsigned user, unsigned seq)
{
	struct user *u = &s->user[user];
	for (unsigned i = 0; i < UP_CODECS; i++) {
		unsigned which = (u->codec + i) % UP_CODECS;
		const struct codec *c = codec_of(up_codecs[which]);
		size_t n = decode_fragments(s, &u->up, seq, c);
		if (n > 0 && unpack(s, e, user, CARVE_UP, view_of(s->packed, n))) {
			u->codec = (uint8_t)which;
			tell(s, e, user, CARVE_UP, "codec-up", view_str(c->name));
			return;
		}
	}
	u->up.lost++;
	if (!(e->flags & EV_CASE_KNOWN))
		tell(s, e, user, CARVE_UP, "unrecoverable",
		    view_str("the source lost the case of names"));
}

static int base32_value(uint8_t ch)
{
	return codec_value(codec_of(CODEC_BASE32_IODINE), ch);
}

static int hex_value(uint8_t ch)
{
	return codec_value(codec_of(CODEC_HEX), ch);
}

static void up_data(struct iodine *s, const struct carve_event *e, struct view text)
{
	if (text.len < 6)
		return;
	int c1 = base32_value(text.p[1]), c2 = base32_value(text.p[2]),
	    c3 = base32_value(text.p[3]);
	if (c1 < 0 || c2 < 0 || c3 < 0)
		return;
	unsigned user = (unsigned)hex_value(text.p[0]);
	unsigned seq = (unsigned)c1 >> 2, number = ((unsigned)c1 & 3) << 2 | (unsigned)c2 >> 3;
	enum fragment_news news = fragments_put(
	    &s->user[user].up, seq, number, c3 & 1, view_of(text.p + 5, text.len - 5), e->time_ns);
	if (news == FRAGMENT_COMPLETE)
		up_whole(s, e, user, seq);
	tell_lost(s, e, user, CARVE_UP);
}

/* The base32 arguments of a command; their number, or -1. */
static ptrdiff_t arguments(struct view text, uint8_t *to, size_t cap)
{
	return codec_decode_lax(
	    codec_of(CODEC_BASE32_IODINE), view_of(text.p + 1, text.len - 1), to, cap);
}

static ptrdiff_t decode_by_mark(
    struct iodine *s, bool host, struct view text, uint8_t *to, size_t cap)
{
	if (text.len < 2)
		return -1;
	char mark = (char)(text.p[0] | 0x20);
	struct view body = view_of(text.p + 1, text.len - 1);
	if (!host && mark == 'r') {
		if (body.len > cap)
			return -1;
		memcpy(to, body.p, body.len);
		return (ptrdiff_t)body.len;
	}
	for (size_t i = 0; i < sizeof(down_codecs) / sizeof(down_codecs[0]); i++)
		if (mark == (host ? down_codecs[i].host : down_codecs[i].txt))
			return codec_decode_lax(codec_of(down_codecs[i].codec), body, to, cap);
	return -1;
}

/* Append what a host name carries: its last label, two letters, is only there to end it. */
static size_t host_payload(struct iodine *s, struct view name, uint8_t *to, size_t cap)
{
	uint8_t text[NAME_BYTES_MAX];
	size_t n = labels_join(name, name.len, text, sizeof(text));
	if (n < 4)
		return 0;
	ptrdiff_t m = decode_by_mark(s, true, view_of(text, n - 2), to, cap);
	return m < 0 ? 0 : (size_t)m;
}

struct host {
	uint16_t order;
	struct view name;
};

/* MX and SRV spread a payload over several names, numbered by their preference. */
static void host_insert(struct host *hosts, unsigned *n, struct host h)
{
	unsigned at = *n;
	if (at == HOSTS_MAX)
		return;
	for (; at > 0 && hosts[at - 1].order > h.order; at--)
		hosts[at] = hosts[at - 1];
	hosts[at] = h;
	(*n)++;
}

/* What a response carries, in s->answer; its length. */
static size_t payload_of(struct iodine *s, struct view answers)
{
	struct host hosts[HOSTS_MAX];
	unsigned n_hosts = 0;
	struct answer a;
	while (answer_next(&answers, &a)) {
		uint16_t order;
		if (a.type == QTYPE_NULL || a.type == QTYPE_PRIVATE) {
			memcpy(s->answer, a.rdata,
			    a.rdlen < sizeof(s->answer) ? a.rdlen : sizeof(s->answer));
			return a.rdlen < sizeof(s->answer) ? a.rdlen : sizeof(s->answer);
		}
		if (a.type == QTYPE_TXT) {
			size_t n = txt_join(view_of(a.rdata, a.rdlen), s->text, sizeof(s->text));
			ptrdiff_t m = decode_by_mark(
			    s, false, view_of(s->text, n), s->answer, sizeof(s->answer));
			return m < 0 ? 0 : (size_t)m;
		}
		struct view name = answer_name(&a, &order);
		if (name.len == 0)
			continue;
		host_insert(hosts, &n_hosts, (struct host){order, name});
		if (a.type == QTYPE_CNAME)
			break;
	}
	size_t n = 0;
	for (unsigned i = 0; i < n_hosts; i++)
		n += host_payload(s, hosts[i].name, s->answer + n, sizeof(s->answer) - n);
	return n;
}

static void down_data(
    struct iodine *s, const struct carve_event *e, unsigned user, struct view payload)
{
	/* Two bytes alone acknowledge; BADIP is the server's refusal. */
	if (payload.len <= 2 || view_is(payload, "BADIP"))
		return;
	struct fragments *f = &s->user[user].down;
	unsigned seq = payload.p[1] >> 5, number = payload.p[1] >> 1 & 15;
	bool compressed = payload.p[0] >> 7;
	struct view data = view_of(payload.p + 2, payload.len - 2);
	if (!compressed)
		return;
	if (fragments_put(f, seq, number, payload.p[1] & 1, data, e->time_ns) ==
	    FRAGMENT_COMPLETE) {
		size_t n = 0;
		for (unsigned k = 0; k <= f->slot[seq].last; k++) {
			struct view part = fragments_get(f, seq, k);
			memcpy(s->packed + n, part.p, part.len);
			n += part.len;
		}
		if (!unpack(s, e, user, CARVE_DOWN, view_of(s->packed, n)))
			f->lost++;
	}
	tell_lost(s, e, user, CARVE_DOWN);
}

static void version_answer(struct iodine *s, const struct carve_event *e, struct view payload)
{
	if (payload.len < 4)
		return;
	struct view kind = view_of(payload.p, 4);
	if (view_is(kind, "VACK") && payload.len >= 9)
		tell(s, e, payload.p[8] % USERS, CARVE_DOWN, "login", view_str("user id given"));
	else if (view_is(kind, "VNAK"))
		tell(s, e, 0, CARVE_DOWN, "refused", view_str("version"));
	else if (view_is(kind, "VFUL"))
		tell(s, e, 0, CARVE_DOWN, "refused", view_str("server full"));
}

/* Write v in decimal; the number of digits. */
static size_t decimal(unsigned v, char to[10])
{
	char digits[10];
	size_t n = 0;
	do
		digits[n++] = (char)('0' + v % 10);
	while ((v /= 10) > 0);
	for (size_t i = 0; i < n; i++)
		to[i] = digits[n - 1 - i];
	return n;
}

/* Answers to commands other than data and ping. */
static void command_answer(
    struct iodine *s, const struct carve_event *e, struct view text, struct view payload)
{
	uint8_t args[NAME_BYTES_MAX];
	uint8_t command = text.p[0] | 0x20;
	ptrdiff_t n = arguments(text, args, sizeof(args));
	unsigned user = n > 0 ? args[0] % USERS : 0;
	char digits[10];
	if (payload.len == 0)
		return;
	switch (command) {
	case 'v':
		version_answer(s, e, payload);
		break;
	case 'l':
		/* server-client-mtu-netmask */
		tell(s, e, user, CARVE_DOWN, view_is(payload, "LNAK") ? "refused" : "network",
		    payload);
		break;
	case 's':
	case 'o':
		user = (unsigned)base32_value(text.p[1]) % USERS;
		tell(s, e, user, CARVE_DOWN, command == 's' ? "codec-switch" : "option", payload);
		break;
	case 'n':
		if (payload.len == 2)
			tell(s, e, user, CARVE_DOWN, "fragment-size",
			    view_of(digits, decimal(load_be16(payload.p), digits)));
		break;
	default:
		break;
	}
}

static void query(struct iodine *s, const struct carve_event *e, struct view text)
{
	uint8_t args[NAME_BYTES_MAX];
	uint8_t command = text.p[0] | 0x20;
	if (hex_value(text.p[0]) >= 0)
		up_data(s, e, text);
	else if (command == 'v' && arguments(text, args, sizeof(args)) >= 4 &&
	         load_be16(args) == 0 && args[2] == 5) {
		char version[8];
		ptrdiff_t n =
		    codec_encode(codec_of(CODEC_HEX), view_of(args, 4), version, sizeof(version));
		tell(s, e, 0, CARVE_UP, "version", view_of(version, (size_t)n));
	}
}

static void response(struct iodine *s, const struct carve_event *e, struct view text)
{
	uint8_t args[NAME_BYTES_MAX];
	int user = hex_value(text.p[0]);
	struct view payload = view_of(s->answer, payload_of(s, e->answers));
	if ((text.p[0] | 0x20) == 'p' && arguments(text, args, sizeof(args)) > 0)
		user = args[0] % USERS;
	if (user >= 0)
		down_data(s, e, (unsigned)user, payload);
	else
		command_answer(s, e, text, payload);
}

/* Once client and server found that they reach each other, packets go over port 53 without DNS:
 * magic, command and user, then the whole compressed packet. */
static void raw(struct iodine *s, const struct carve_event *e)
{
	enum carve_way way = e->flags & EV_RESPONSE ? CARVE_DOWN : CARVE_UP;
	if (e->payload.len < 5 || memcmp(e->payload.p, raw_magic, sizeof(raw_magic)) != 0)
		return;
	unsigned user = e->payload.p[3] & 15;
	tell(s, e, user, way, "mode", view_str("raw UDP"));
	if (e->payload.p[3] >> 4 != 2)
		return;
	if (!unpack(s, e, user, way, view_of(e->payload.p + 4, e->payload.len - 4))) {
		struct user *u = &s->user[user];
		(way == CARVE_UP ? &u->up : &u->down)->lost++;
	}
	tell_lost(s, e, user, way);
}

static void iodine_feed(void *state, const struct carve_event *e)
{
	struct iodine *s = state;
	uint8_t text[NAME_BYTES_MAX];
	if (e->flags & EV_NOT_DNS) {
		raw(s, e);
		return;
	}
	size_t n = labels_join(e->name, e->top_at, text, sizeof(text));
	if (n < 2)
		return;
	if (!seen_before(&s->names, e->name, e->time_ns))
		query(s, e, view_of(text, n));
	if (e->flags & EV_RESPONSE)
		response(s, e, view_of(text, n));
}

static void iodine_finish(void *state)
{
	struct iodine *s = state;
	for (unsigned user = 0; user < USERS; user++) {
		(void)fragments_give_up(&s->user[user].up);
		(void)fragments_give_up(&s->user[user].down);
		tell_lost(s, NULL, user, CARVE_UP);
		tell_lost(s, NULL, user, CARVE_DOWN);
	}
}

const struct carver carver_iodine = {
    "iodine", iodine_size, iodine_init, iodine_feed, iodine_finish};
