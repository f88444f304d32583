/* SPDX-License-Identifier: ISC */
#include "lib/decode/dnstap.h"

#include "lib/base/cursor.h"
#include "lib/decode/dns.h"

/* Protobuf: each field is a key (number << 3 | wire type) and a value of that wire type. */
enum wire_type { WIRE_VARINT = 0, WIRE_FIXED64 = 1, WIRE_BYTES = 2, WIRE_FIXED32 = 5 };

/* Field numbers, those of Dnstap and of Message, with the wire type they must have. A field of
 * another type is an unknown one. */
#define KEY(number, wire) ((number) << 3 | (wire))
enum dnstap_field {
	DNSTAP_MESSAGE = KEY(14, WIRE_BYTES),
	DNSTAP_TYPE = KEY(15, WIRE_VARINT),
};
enum message_field {
	MESSAGE_TYPE = KEY(1, WIRE_VARINT),
	MESSAGE_SOCKET_PROTOCOL = KEY(3, WIRE_VARINT),
	MESSAGE_QUERY_ADDRESS = KEY(4, WIRE_BYTES),
	MESSAGE_RESPONSE_ADDRESS = KEY(5, WIRE_BYTES),
	MESSAGE_QUERY_PORT = KEY(6, WIRE_VARINT),
	MESSAGE_RESPONSE_PORT = KEY(7, WIRE_VARINT),
	MESSAGE_QUERY_TIME_SEC = KEY(8, WIRE_VARINT),
	MESSAGE_QUERY_TIME_NSEC = KEY(9, WIRE_FIXED32),
	MESSAGE_QUERY = KEY(10, WIRE_BYTES),
	MESSAGE_RESPONSE_TIME_SEC = KEY(12, WIRE_VARINT),
	MESSAGE_RESPONSE_TIME_NSEC = KEY(13, WIRE_FIXED32),
	MESSAGE_RESPONSE = KEY(14, WIRE_BYTES),
};

#define DNSTAP_TYPE_MESSAGE 1

struct side {
	struct view address, message;
	uint64_t port, seconds;
	uint32_t ns;
	bool has_time;
};

struct message {
	struct side query, response;
	uint64_t kind, protocol;
	uint64_t type; /* of the Dnstap around it */
	bool there;
};

struct proto_field {
	uint64_t key, number;
	struct view bytes;
};

static uint64_t read_varint(struct cursor *c)
{
	uint64_t v = 0;
	for (unsigned shift = 0; shift < 70; shift += 7) {
		uint8_t byte = cursor_u8(c);
		/* The tenth byte has room for one bit. */
		if (shift == 63 && byte > 1)
			break;
		v |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return v;
	}
	c->bad = true;
	return 0;
}

/* The next field; false at the end, or when the bytes are no protobuf (the cursor is then bad). */
static bool next_field(struct cursor *c, struct proto_field *f)
{
	if (cursor_left(c) == 0)
		return false;
	f->key = read_varint(c);
	switch (f->key & 7) {
	case WIRE_VARINT:
		f->number = read_varint(c);
		break;
	case WIRE_FIXED64:
		f->number = 0;
		cursor_skip(c, 8);
		break;
	case WIRE_BYTES:
		f->bytes = cursor_view(c, read_varint(c));
		break;
	case WIRE_FIXED32:
		f->number = cursor_u32_le(c);
		break;
	default: /* groups: never in dnstap */
		c->bad = true;
	}
	if (f->key >> 3 == 0)
		c->bad = true;
	return cursor_ok(c);
}

static void take_field(struct message *m, const struct proto_field *f)
{
	switch (f->key) {
	case MESSAGE_TYPE:
		m->kind = f->number;
		break;
	case MESSAGE_SOCKET_PROTOCOL:
		m->protocol = f->number;
		break;
	case MESSAGE_QUERY_ADDRESS:
		m->query.address = f->bytes;
		break;
	case MESSAGE_RESPONSE_ADDRESS:
		m->response.address = f->bytes;
		break;
	case MESSAGE_QUERY_PORT:
		m->query.port = f->number;
		break;
	case MESSAGE_RESPONSE_PORT:
		m->response.port = f->number;
		break;
	case MESSAGE_QUERY_TIME_SEC:
		m->query.seconds = f->number;
		m->query.has_time = true;
		break;
	case MESSAGE_QUERY_TIME_NSEC:
		m->query.ns = (uint32_t)f->number;
		break;
	case MESSAGE_QUERY:
		m->query.message = f->bytes;
		break;
	case MESSAGE_RESPONSE_TIME_SEC:
		m->response.seconds = f->number;
		m->response.has_time = true;
		break;
	case MESSAGE_RESPONSE_TIME_NSEC:
		m->response.ns = (uint32_t)f->number;
		break;
	case MESSAGE_RESPONSE:
		m->response.message = f->bytes;
		break;
	default:
		break;
	}
}

/* A Message that comes twice is merged, as protobuf has it. */
static bool read_message(struct view bytes, struct message *m)
{
	struct cursor c = cursor_over(bytes);
	struct proto_field f;
	m->there = true;
	while (next_field(&c, &f))
		take_field(m, &f);
	return cursor_ok(&c);
}

static bool read_payload(struct view payload, struct message *m)
{
	struct cursor c = cursor_over(payload);
	struct proto_field f;
	*m = (struct message){0};
	while (next_field(&c, &f)) {
		if (f.key == DNSTAP_TYPE)
			m->type = f.number;
		else if (f.key == DNSTAP_MESSAGE && !read_message(f.bytes, m))
			return false;
	}
	return cursor_ok(&c);
}

#define NS_PER_S 1000000000u

/* The time of a side, or of the other where only that one has one: INT64_MIN without any. */
static int64_t time_of(const struct side *side, const struct side *other)
{
	const struct side *s = side->has_time ? side : other;
	if (!s->has_time || s->seconds >= INT64_MAX / NS_PER_S || s->ns >= NS_PER_S)
		return INT64_MIN;
	return (int64_t)(s->seconds * NS_PER_S + s->ns);
}

static bool is_query(uint64_t kind)
{
	return kind & 1;
}

static const struct side *side_of(const struct message *m, const struct side **ret_other)
{
	bool query = is_query(m->kind);
	*ret_other = query ? &m->response : &m->query;
	return query ? &m->query : &m->response;
}

/* Messages between the reporting server and other servers, or between a resolver and an
 * authoritative server that reports: no clients are seen there. */
static bool is_upstream(uint64_t kind)
{
	return kind <= DNSTAP_RESOLVER_RESPONSE || kind == DNSTAP_FORWARDER_QUERY ||
	       kind == DNSTAP_FORWARDER_RESPONSE;
}

/* SocketProtocol; DNSCrypt counts as what carries it. */
static uint8_t transport_of(uint64_t protocol)
{
	static const uint8_t transports[] = {
	    TR_UNKNOWN, TR_UDP, TR_TCP, TR_DOT, TR_DOH, TR_UDP, TR_TCP, TR_DOQ};
	return protocol < sizeof(transports) ? transports[protocol] : TR_UNKNOWN;
}

/* An address, unspecified (::) where the server did not tell it. */
static bool read_address(struct view v, uint8_t ret[16])
{
	if (v.len == 4) {
		memset(ret, 0, 10);
		memset(ret + 10, 0xff, 2);
		memcpy(ret + 12, v.p, 4);
	} else if (v.len == 16) {
		memcpy(ret, v.p, 16);
	} else {
		memset(ret, 0, 16);
		return v.len == 0;
	}
	return true;
}

static bool read_ends(const struct message *m, struct dns_meta *d)
{
	const struct side *other, *from = side_of(m, &other);
	if (m->query.port > UINT16_MAX || m->response.port > UINT16_MAX)
		return false;
	d->src_port = (uint16_t)from->port;
	d->dst_port = (uint16_t)other->port;
	d->direction = is_query(m->kind) ? DNS_TO_SERVER : DNS_FROM_SERVER;
	return read_address(from->address, d->src) && read_address(other->address, d->dst);
}

static enum dnstap_kind bad(struct batch *b)
{
	batch_malformed(b, MALFORMED_DNSTAP_FRAME);
	return DNSTAP_NONE;
}

enum dnstap_kind dnstap_payload(
    struct view payload, const struct line_meta *meta, uint16_t seq, struct batch *b)
{
	struct message m;
	const struct side *side, *other;
	b->records++;
	if (!read_payload(payload, &m))
		return bad(b);
	if (m.type != DNSTAP_TYPE_MESSAGE) {
		b->skipped++;
		return DNSTAP_NONE;
	}
	if (!m.there || m.kind == DNSTAP_NONE || m.kind >= DNSTAP_KINDS)
		return bad(b);
	side = side_of(&m, &other);
	struct dns_meta d = {
	    .time_ns = time_of(side, other),
	    .wire_size = (uint32_t)side->message.len,
	    .seq = seq,
	    .source = meta->source,
	    .site = meta->site,
	    .flags = is_upstream(m.kind) ? EV_UPSTREAM : 0,
	    .transport = transport_of(m.protocol),
	    .on_dns_port = true,
	};
	if (d.time_ns == INT64_MIN || !read_ends(&m, &d) || side->message.len == 0 ||
	    side->message.len > UINT16_MAX)
		return bad(b);
	(void)dns_decode(side->message, &d, b);
	return (enum dnstap_kind)m.kind;
}

static void decode_bare(
    const struct dh_frame *f, const struct dh_chunk *c, uint16_t seq, struct batch *b)
{
	struct dns_meta d = {
	    .time_ns = f->time_ns,
	    .wire_size = f->len,
	    .seq = seq,
	    .source = c->source,
	    .site = c->site,
	    .transport = TR_UNKNOWN,
	    .direction = DNS_BY_BIT,
	    .on_dns_port = true,
	};
	b->records++;
	(void)dns_decode(view_of(f->data, f->caplen), &d, b);
}

void dnstap_frames(const struct dh_chunk *chunk, struct batch *b)
{
	struct line_meta meta = {.site = chunk->site, .source = chunk->source};
	for (size_t i = 0; i < chunk->n_frames; i++) {
		const struct dh_frame *f = &chunk->frames[i];
		if (chunk->kind == DH_DNS)
			decode_bare(f, chunk, (uint16_t)i, b);
		else
			(void)dnstap_payload(view_of(f->data, f->caplen), &meta, (uint16_t)i, b);
	}
}

int64_t dnstap_frame_time(const struct dh_frame *frame)
{
	struct message m;
	const struct side *side, *other;
	if (!read_payload(view_of(frame->data, frame->caplen), &m))
		return INT64_MIN;
	side = side_of(&m, &other);
	return time_of(side, other);
}
