/* SPDX-License-Identifier: ISC
 *
 * Written for the ordinary message: one question without compression, a few address records, an
 * OPT record. Header and question are read first and decide whether this is DNS at all; the event
 * is filled where it will stay, and kept by batch_commit() only when they were sound. A bad record
 * after that is counted, ends the walk and leaves the event with EV_ANSWERS_CUT. */
#include "lib/decode/dns.h"

#include "lib/base/cursor.h"
#include "lib/decode/edns.h"
#include "lib/decode/name.h"
#include "lib/decode/rdata.h"

#define FLAG_QR 0x8000
#define FLAG_AA 0x0400
#define FLAG_TC 0x0200
#define FLAG_RD 0x0100

#define POINTER_TO_QUESTION (0xc000 | DNS_HEADER)

#define QUESTION_MIN 5  /* root name, type, class */
#define RECORD_FIXED 10 /* type, class, TTL, length */
#define RECORD_MIN (1 + RECORD_FIXED)

#define TYPE_IXFR 251
#define CLASS_NONE 254

/* Signatures at the size that the algorithms in use can have (RFC 8945 §4.2: the algorithm's name,
 * 16 fixed bytes, a MAC of at most 64, 6 bytes of other data; RFC 2931 with 4096-bit RSA). */
#define TSIG_RDATA_MAX (255 + 16 + 64 + 6)
#define SIG0_RDATA_MAX (18 + 255 + 512)

enum section { SECTION_ANSWER, SECTION_AUTHORITY, SECTION_ADDITIONAL };

struct reader {
	struct view msg;
	const struct dns_meta *meta;
	struct batch *b;
	struct event *e;
	size_t at; /* everything before was understood */
	size_t extra;
	unsigned opcode;
	bool to_server;
	bool is_cut;       /* by the capture: nothing can be said of what is not there */
	bool is_truncated; /* by the sender, who says so (TC): a missing end is no fault */
	bool is_sound;     /* no record has failed yet */
	bool has_opt;
};

struct record {
	size_t start, rdata_at, rdlen;
	uint32_t ttl;
	uint16_t type, class;
};

static bool is_assigned_opcode(unsigned opcode)
{
	return opcode <= OPCODE_DSO && opcode != 3;
}

static bool is_assigned_class(unsigned class)
{
	return class == 1 || class == 3 || class == 4 || class == CLASS_NONE || class == 255;
}

/* The walk ends here; what lies behind cannot be understood. */
static void stop(struct reader *r, enum malformed why)
{
	r->is_sound = false;
	r->e->flags |= EV_ANSWERS_CUT;
	if (!r->is_cut && !r->is_truncated)
		batch_malformed(r->b, why);
}

/* The offset behind a record's owner; 0 when it is unsound. Nearly every owner is a pointer to the
 * question, or the root. */
static inline size_t skip_owner(struct view msg, size_t at)
{
	if (msg.len - at >= 2 && load_be16(msg.p + at) == POINTER_TO_QUESTION)
		return at + 2;
	return msg.p[at] == 0 ? at + 1 : name_skip(msg, at);
}

static inline bool read_record(struct reader *r, struct record *ret)
{
	struct view msg = r->msg;
	size_t start = r->at;
	if (start == msg.len) {
		stop(r, MALFORMED_DNS_COUNT);
		return false;
	}
	size_t at = skip_owner(msg, start);
	if (at == 0) {
		stop(r, MALFORMED_DNS_NAME);
		return false;
	}
	const uint8_t *p = msg.p + at;
	if (msg.len - at < RECORD_FIXED || load_be16(p + 8) > msg.len - at - RECORD_FIXED) {
		stop(r, MALFORMED_DNS_RECORD);
		return false;
	}
	size_t rdlen = load_be16(p + 8);
	*ret = (struct record){
	    .start = start,
	    .type = load_be16(p),
	    .class = load_be16(p + 2),
	    .ttl = load_be32(p + 4),
	    .rdlen = rdlen,
	    .rdata_at = at + RECORD_FIXED,
	};
	r->at = at + RECORD_FIXED + rdlen;
	return true;
}

static void take_opt(struct reader *r, const struct record *rec)
{
	struct edns_context ctx = {
	    .to_server = r->to_server,
	    .qname = view_of(event_name(r->b, r->e), r->e->name_len),
	};
	struct view options = view_of(r->msg.p + rec->rdata_at, rec->rdlen);
	size_t extra = 0;

	if (r->has_opt || r->msg.p[rec->start] != 0) { /* RFC 6891 §6.1.1: one, at the root */
		batch_malformed(r->b, MALFORMED_DNS_EDNS);
		r->extra += r->at - rec->start;
		return;
	}
	r->has_opt = true;
	if (!edns_weigh(options, &ctx, &extra))
		batch_malformed(r->b, MALFORMED_DNS_EDNS);
	r->extra += extra;
	unsigned rcode = (rec->ttl >> 24) << 4 | r->e->rcode;
	r->e->rcode = (uint8_t)(rcode < RCODE_UNKNOWN ? rcode : RCODE_UNKNOWN - 1);
}

/* Records that belong into a message on its way to the server. */
static bool is_ordinary_in_query(
    const struct reader *r, enum section section, const struct record *rec)
{
	switch (rec->type) {
	case TYPE_TSIG:
		return section == SECTION_ADDITIONAL && rec->rdlen <= TSIG_RDATA_MAX;
	case TYPE_SIG: /* SIG(0): covers no type */
		return section == SECTION_ADDITIONAL && rec->rdlen >= 2 &&
		       rec->rdlen <= SIG0_RDATA_MAX && load_be16(r->msg.p + rec->rdata_at) == 0;
	case TYPE_SOA:
		return (section == SECTION_ANSWER && r->opcode == OPCODE_NOTIFY) ||
		       (section == SECTION_AUTHORITY && r->e->qtype == TYPE_IXFR);
	default:
		return false;
	}
}

static void store_expanded(struct reader *r, const struct record *rec)
{
	size_t room, len;
	uint8_t *to = batch_answer_room(r->b, r->e, &room);
	if (room < RDATA_GROWTH_MAX + rec->rdlen) {
		r->e->flags |= EV_ANSWERS_CUT;
		return;
	}
	if (rdata_expand(r->msg, rec->rdata_at, rec->rdlen, rec->type, to, room, &len)) {
		batch_answer_keep(r->b, r->e, rec->type, rec->ttl, len);
	} else if (rec->rdlen > 0) { /* UPDATE deletes with empty rdata (RFC 2136 §2.5.2) */
		batch_malformed(r->b, MALFORMED_DNS_NAME);
		r->e->flags |= EV_ANSWERS_CUT;
		r->extra += rec->rdlen;
	}
}

static inline void store_answer(struct reader *r, const struct record *rec)
{
	if (rdata_has_names(rec->type))
		store_expanded(r, rec);
	else
		batch_answer(
		    r->b, r->e, rec->type, rec->ttl, view_of(r->msg.p + rec->rdata_at, rec->rdlen));
}

/* What is no answer. */
static void take_other(struct reader *r, enum section section, const struct record *rec)
{
	if (rec->type == TYPE_OPT && section == SECTION_ADDITIONAL) {
		take_opt(r, rec);
	} else if (r->to_server) {
		if (!is_ordinary_in_query(r, section, rec))
			r->extra += r->at - rec->start;
	} else if (!rdata_is_glue(rec->type) && rec->type != TYPE_TSIG) {
		store_answer(r, rec);
	}
}

/* One loop over all sections: most messages have few records, and each loop's end is a branch that
 * no processor guesses. */
static void walk_records(struct reader *r)
{
	const uint8_t *counts = r->msg.p + 6;
	unsigned answers = load_be16(counts), authority = answers + load_be16(counts + 2);
	unsigned all = authority + load_be16(counts + 4);
	for (unsigned i = 0; i < all; i++) {
		struct record rec;
		if (!read_record(r, &rec))
			return;
		if (i < answers && !r->to_server && rec.type != TYPE_OPT)
			store_answer(r, &rec);
		else
			take_other(r, (enum section)((i >= answers) + (i >= authority)), &rec);
	}
}

/* The name of the first question, into the event; the offset after it, or 0. */
static size_t read_qname(struct reader *r)
{
	const uint8_t *p = r->msg.p + DNS_HEADER;
	size_t left = r->msg.len - DNS_HEADER, len = name_span(p, left), next;

	if (len > 0) {
		batch_name(r->b, r->e, p, len);
		return DNS_HEADER + len;
	}
	uint8_t name[NAME_WIRE_MAX];
	if (name_read(r->msg, DNS_HEADER, name, &len, &next)) {
		batch_name(r->b, r->e, name, len);
		return next;
	}
	/* Too long: its end tells whose name it is, so the front has to go. */
	size_t keep, whole = name_span_long(p, left, &keep);
	if (whole == 0)
		return 0;
	batch_name(r->b, r->e, p + keep, whole - keep);
	batch_malformed(r->b, MALFORMED_DNS_NAME);
	r->e->flags |= EV_NAME_CUT;
	r->extra += keep;
	return DNS_HEADER + whole;
}

/* The first question, into the event. */
static bool read_question(struct reader *r, struct endpoints *ends)
{
	size_t next = read_qname(r);
	if (next == 0 || r->msg.len - next < 4)
		return false;
	unsigned class = load_be16(r->msg.p + next + 2);
	r->e->qtype = load_be16(r->msg.p + next);
	ends->qclass = (uint8_t) class;
	if (!is_assigned_class(class))
		r->extra++;
	r->at = next + 4;
	return true;
}

/* The questions after the first: nobody answers them, so they are only weighed. */
static bool skip_questions(struct reader *r, unsigned n)
{
	size_t from = r->at;
	for (; n > 0; n--) {
		size_t at = name_skip(r->msg, r->at);
		if (at == 0 || r->msg.len - at < 4) {
			stop(r, MALFORMED_DNS_NAME);
			break;
		}
		r->at = at + 4;
	}
	r->extra += r->at - from;
	return n == 0;
}

/* A response may come without its question (RFC 5936 §2.2, and mDNS): then the owner of the first
 * answer is the name it is about. */
static void name_from_answer(struct reader *r)
{
	uint8_t name[NAME_WIRE_MAX];
	size_t len, next;
	r->e->flags |= EV_NO_NAME;
	if (load_be16(r->msg.p + 6) == 0 || !name_read(r->msg, DNS_HEADER, name, &len, &next) ||
	    r->msg.len - next < 10)
		return;
	batch_name(r->b, r->e, name, len);
	r->e->qtype = load_be16(r->msg.p + next);
}

/* Queries and responses alternate, so the sides are chosen by offset, not by branch. */
_Static_assert(offsetof(struct dns_meta, dst) == offsetof(struct dns_meta, src) + 16 &&
                   offsetof(struct dns_meta, dst_port) == offsetof(struct dns_meta, src_port) + 2,
    "the two sides lie side by side");

static void fill_ends(struct endpoints *ends, const struct dns_meta *m, bool to_server)
{
	const uint8_t *addresses = (const uint8_t *)m + offsetof(struct dns_meta, src);
	const uint8_t *ports = (const uint8_t *)m + offsetof(struct dns_meta, src_port);
	size_t client = !to_server, server = to_server;
	memcpy(ends->client, addresses + 16 * client, 16);
	memcpy(ends->server, addresses + 16 * server, 16);
	memcpy(&ends->client_port, ports + 2 * client, 2);
	memcpy(&ends->server_port, ports + 2 * server, 2);
	ends->site = m->site;
	ends->source = m->source;
	ends->process = m->process;
}

static uint16_t saturate(size_t n)
{
	return (uint16_t)(n < UINT16_MAX ? n : UINT16_MAX);
}

void dns_reject(struct view payload, size_t size, const struct dns_meta *meta, enum malformed why,
    struct batch *b)
{
	struct endpoints *ends;
	bool to_server = meta->direction != DNS_FROM_SERVER;

	batch_malformed(b, why);
	if (!meta->on_dns_port || size == 0)
		return;
	struct event *e = batch_open(b, &ends);
	if (!e)
		return;
	fill_ends(ends, meta, to_server);
	e->time_ns = meta->time_ns;
	e->seq = meta->seq;
	e->transport = meta->transport;
	e->flags = (uint16_t)(EV_NOT_DNS | EV_NO_NAME | EV_CASE_KNOWN | meta->flags |
	                      (to_server ? EV_QUERY : EV_RESPONSE));
	e->size = saturate(size);
	e->extra = saturate(size + meta->surplus);
	size_t kept = EVENT_ARENA_MAX - sizeof(struct endpoints);
	if (payload.len < kept)
		kept = payload.len;
	uint8_t *to = batch_grow(b, e, kept);
	if (to && kept) {
		memcpy(to, payload.p, kept);
		e->answers_len = (uint16_t)kept;
	}
	batch_commit(b, e);
}

/* Header, question and records into the open event; 0, or why this is no DNS message. */
static enum malformed read_message(struct reader *r, struct endpoints *ends)
{
	const uint8_t *p = r->msg.p;
	unsigned bits = load_be16(p + 2), questions = load_be16(p + 4);
	bool is_response = bits & FLAG_QR;

	r->opcode = bits >> 11 & 0xf;
	r->e->rcode = bits & 0xf;
	r->e->flags |= (uint16_t)((bits & FLAG_TC ? EV_TC : 0) | (bits & FLAG_AA ? EV_AA : 0) |
	                          (bits & FLAG_RD ? EV_RD : 0));
	r->is_truncated = bits & FLAG_TC;
	ends->id = load_be16(p);
	ends->opcode = (uint8_t)r->opcode;
	r->at = DNS_HEADER;

	if (questions > 0) {
		if (!read_question(r, ends))
			return MALFORMED_DNS_NAME;
		/* Random bytes may hold a name, but hardly a count that fits. */
		if ((questions - 1) * QUESTION_MIN > r->msg.len - r->at && !r->is_cut)
			return MALFORMED_NOT_DNS;
		if (skip_questions(r, questions - 1))
			walk_records(r);
	} else {
		name_from_answer(r);
		walk_records(r);
	}

	/* Without a question, or with an opcode that nobody assigned, only a message that is
	 * wholly sound and ends where it should is believed to be DNS. */
	bool is_odd = !is_assigned_opcode(r->opcode);
	bool is_doubtful = is_odd || (questions == 0 && r->opcode != OPCODE_DSO);
	if (is_doubtful && !r->is_cut && (!r->is_sound || r->at != r->msg.len))
		return MALFORMED_NOT_DNS;
	if (is_odd)
		r->extra++;
	if (is_response == r->to_server) /* the QR bit lies about the direction */
		r->extra++;
	return MALFORMED_COUNT;
}

bool dns_decode(struct view msg, const struct dns_meta *meta, struct batch *b)
{
	size_t size = meta->wire_size > msg.len ? meta->wire_size : msg.len;
	bool is_cut = size > msg.len;
	struct endpoints *ends;

	if (msg.len < DNS_HEADER) {
		if (is_cut)
			batch_malformed(b, MALFORMED_SNAPLEN_CUT);
		else
			dns_reject(msg, size, meta, MALFORMED_DNS_SHORT, b);
		return false;
	}
	bool is_response = msg.p[2] & 0x80;
	bool to_server =
	    meta->direction == DNS_BY_BIT ? !is_response : meta->direction == DNS_TO_SERVER;
	struct event *e = batch_open(b, &ends);
	if (!e)
		return false;
	struct reader r = {.msg = msg,
	    .meta = meta,
	    .b = b,
	    .e = e,
	    .to_server = to_server,
	    .is_cut = is_cut,
	    .is_sound = true};
	fill_ends(ends, meta, to_server);
	e->time_ns = meta->time_ns;
	e->seq = meta->seq;
	e->transport = meta->transport;
	e->size = saturate(size);
	e->flags = (uint16_t)(EV_CASE_KNOWN | meta->flags | (to_server ? EV_QUERY : EV_RESPONSE));

	enum malformed why = read_message(&r, ends);
	if (why != MALFORMED_COUNT) {
		if (is_cut)
			batch_malformed(b, MALFORMED_SNAPLEN_CUT);
		else
			dns_reject(msg, size, meta, why, b);
		return false;
	}
	if (is_cut) {
		batch_malformed(b, MALFORMED_SNAPLEN_CUT);
		e->flags |= EV_ANSWERS_CUT;
	} else {
		r.extra += msg.len - r.at; /* behind the message, or behind what could be read */
	}
	e->extra = saturate(r.extra + meta->surplus);
	batch_commit(b, e);
	return true;
}

bool dns_is_plausible(struct view start, size_t length)
{
	if (start.len < DNS_HEADER || length < DNS_HEADER)
		return false;
	const uint8_t *p = start.p;
	unsigned bits = load_be16(p + 2), questions = load_be16(p + 4);
	unsigned answers = load_be16(p + 6), rest = load_be16(p + 8) + load_be16(p + 10);
	unsigned opcode = bits >> 11 & 0xf;
	bool is_response = bits & FLAG_QR;

	if (!is_assigned_opcode(opcode) || questions > 1)
		return false;
	if (length - DNS_HEADER < questions * QUESTION_MIN + (answers + rest) * RECORD_MIN)
		return false;
	if (questions == 0)
		return opcode == OPCODE_DSO || opcode == OPCODE_IQUERY ||
		       (is_response && answers > 0) || length == DNS_HEADER;
	size_t at = DNS_HEADER, end = start.len < length ? start.len : length;
	while (at < end && p[at] != 0) {
		if (p[at] > NAME_LABEL_MAX || at - DNS_HEADER > NAME_WIRE_MAX)
			return false;
		at += 1u + p[at];
	}
	if (at >= end)
		return length - DNS_HEADER >= QUESTION_MIN && start.len < length;
	return end - at < 5 ? start.len < length : is_assigned_class(load_be16(p + at + 3));
}
