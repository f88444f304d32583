/* SPDX-License-Identifier: ISC
 *
 * An event is one DNS message (or one log line that stands for one): the unit that flows from
 * the parsers to the accounts. It is one cache line, plain data, and holds no pointers: what has
 * a variable size lies in the arena of the batch that owns the event, in one block:
 *
 *     struct endpoints | qname (wire form, original case) | answers (see struct answer)
 *
 * What is no DNS has its bytes in place of the answers.
 *
 * It is filled in two steps by the same thread while it is hot: a parser writes what it read,
 * then track/observe.c writes the fields under "observe". Events are read in order, never kept:
 * batch_reset() ends them all. */
#pragma once

#include "lib/base/assert.h"
#include "lib/base/view.h"

enum event_flag {
	EV_QUERY = 1 << 0,      /* asks; a log line that has both sides carries both flags */
	EV_RESPONSE = 1 << 1,   /* answers */
	EV_CASE_KNOWN = 1 << 2, /* the source keeps the case of names (packets do, Zeek does not) */
	EV_LOCAL = 1 << 3,      /* mDNS, LLMNR, NBNS that stays on the link: kept out of accounts */
	EV_NOT_DNS = 1 << 4,    /* a DNS port carried something that is no DNS message */
	EV_TC = 1 << 5,
	EV_AA = 1 << 6,
	EV_RD = 1 << 7,
	EV_NAME_CUT = 1 << 8,     /* the source did not keep the whole qname */
	EV_ANSWERS_CUT = 1 << 9,  /* more answers than the arena takes, or not in the source */
	EV_SEARCH_LIST = 1 << 10, /* sequencer: the bare name was asked just before */
	EV_DUPLICATE = 1 << 11,   /* sequencer: the same question, seen at another place */
	EV_NO_NAME = 1 << 12,     /* a response without a question, or a log line without a name */
	EV_EMBEDDED = 1 << 13,  /* observe: the subdomain ends in a whole domain name of its own */
	EV_UPSTREAM = 1 << 14,  /* between servers, as their own tap says: no client in sight */
	EV_FORWARDED = 1 << 15, /* sequencer: a resolver passes on what a client asked it */
};

enum transport { TR_UDP, TR_TCP, TR_DOT, TR_DOH, TR_DOQ, TR_UNKNOWN };

#define RCODE_UNKNOWN 0xff

struct event {
	int64_t time_ns;      /* since the epoch; as the source says, so hostile */
	uint64_t zone_hash;   /* observe: keyed hash of the zone; its top bits choose the shard */
	uint64_t name_hash;   /* observe: keyed hash of the lower-cased qname */
	uint64_t client_hash; /* observe: keyed hash of (site, client address) */
	uint64_t pair_hash;   /* observe: of the client and the zone together */
	uint32_t arena_off;   /* of this event's block */
	uint16_t answers_len; /* bytes of packed answers */
	uint16_t qtype;
	uint16_t size;     /* of the DNS message on the wire; 0 when the source does not tell */
	uint16_t extra;    /* bytes a message carried beside question, answers and ordinary EDNS */
	uint16_t seq;      /* which record of the chunk it came from */
	uint16_t flags;    /* enum event_flag */
	uint8_t name_len;  /* wire length of the qname, 1..255; 0 with EV_NO_NAME */
	uint8_t zone_at;   /* observe: offset in the qname where the zone begins */
	uint8_t rcode;     /* RCODE_UNKNOWN when the source does not tell */
	uint8_t transport; /* enum transport */
};
_Static_assert(sizeof(struct event) == 64, "an event is one cache line");

/* Who talked to whom. IPv4 addresses are IPv4-mapped (::ffff:a.b.c.d, RFC 4291 §2.5.5.2).
 * For a response these are still the asker and the asked, not source and destination. */
struct endpoints {
	uint8_t client[16];
	uint8_t server[16];
	uint16_t client_port;
	uint16_t server_port;
	uint16_t site;   /* which configured site or sensor the source belongs to */
	uint16_t source; /* which input: told apart for duplicates and coverage */
	uint16_t id;     /* DNS message id */
	uint8_t opcode;
	uint8_t qclass;   /* low byte; 1 = IN, 255 = ANY */
	uint32_t process; /* who asked: a number of decode/asker.h; 0 = unknown */
};
_Static_assert(sizeof(struct endpoints) == 48, "endpoints are packed into batches");

/* One resource record of the answer, packed without padding in the arena: this header, then
 * rdlen bytes. Names inside rdata (CNAME, NS, PTR, MX, SRV, SOA, HTTPS/SVCB targets) are already
 * decompressed to wire form. Read with answer_next(). */
struct answer {
	uint16_t type;
	uint16_t rdlen;
	uint32_t ttl;
	const uint8_t *rdata;
};
#define ANSWER_HEADER 8

/* Why a piece of input was not, or not wholly, understood. Counted, never logged. */
enum malformed {
#define MALFORMED_LIST(X)                                                                        \
	X(FRAME_SHORT, "frame-short")          /* link, network or transport header cut */       \
	X(FRAME_UNKNOWN, "frame-unknown-link") /* a link type we do not read */                  \
	X(SNAPLEN_CUT, "packet-cut")           /* the capture kept less than the packet had */   \
	X(IP_LENGTH, "ip-length")              /* lengths that contradict each other */          \
	X(FRAGMENT_BAD, "fragment-bad")        /* overlapping, too long, or never completed */   \
	X(TCP_GAP, "tcp-gap")                  /* a hole in a stream that never filled */        \
	X(TCP_LIMIT, "tcp-limit")              /* more streams or bytes than the budget keeps */ \
	X(DNS_SHORT, "dns-short")              /* fewer than 12 bytes */                         \
	X(DNS_NAME, "dns-name")                /* label, pointer or length not allowed */        \
	X(DNS_RECORD, "dns-record")            /* a record runs past the message */              \
	X(DNS_COUNT, "dns-count")              /* the header promises more records than exist */ \
	X(DNS_EDNS, "dns-edns")                /* an OPT record that does not parse */           \
	X(NOT_DNS, "not-dns")                  /* something else on a DNS port */                \
	X(LINE_JSON, "json-syntax")                                                              \
	X(LINE_UTF8, "json-utf8")                                                                \
	X(LINE_LONG, "line-too-long")                                                            \
	X(LINE_FIELDS, "line-fields") /* fields missing or of the wrong form */                  \
	X(LINE_TIME, "line-time")                                                                \
	X(LINE_ADDRESS, "line-address")                                                          \
	X(LINE_NAME, "line-name")                                                                \
	X(DNSTAP_FRAME, "dnstap-frame")                                                          \
	X(RECORD_CUT, "record-cut")       /* the file ends inside a record */                    \
	X(RECORD_LENGTH, "record-length") /* a length field no capture can have */               \
	X(FILE_UNKNOWN, "file-unknown-format")                                                   \
	X(COMPRESSED, "compressed-stream") /* gzip or zstd data that does not inflate */         \
	X(BATCH_LIMIT, "batch-limit")      /* more messages at once than a batch takes */
#define X(name, text) MALFORMED_##name,
	MALFORMED_LIST(X)
#undef X
	    MALFORMED_COUNT
};

/* The stable text of a reason, as it stands in summaries. */
const char *malformed_text(enum malformed reason);

/* Room for events and what they carry; made once, reset after each chunk.
 * A chunk is at most CHUNK_BYTES of input (or one longer record), and no format spends fewer than
 * 16 bytes on a message, so BATCH_EVENTS can only run out under hostile TCP reassembly. */
#define CHUNK_BYTES (256u << 10)
#define BATCH_EVENTS (CHUNK_BYTES / 16)
#define BATCH_ARENA (2u << 20)
/* What one event may take of the arena; more answers than that are cut. */
#define EVENT_ARENA_MAX (16u << 10)

struct asker;
struct batch {
	struct event *events;
	uint8_t *arena;
	struct asker *askers; /* processes that asked */
	uint32_t n_askers;
	uint32_t n, arena_used;
	uint32_t malformed[MALFORMED_COUNT];
	uint64_t records; /* input records (packets, lines) seen */
	uint64_t skipped; /* records that are no DNS: other ports, other logs */
};

size_t batch_size(void);
/* Lay a batch out in mem (batch_size() bytes, 64-byte aligned, kept by the caller). */
struct batch *batch_init(void *mem);
void batch_reset(struct batch *b);

static inline void batch_malformed(struct batch *b, enum malformed reason)
{
	b->malformed[reason]++;
}

/* End of the open event's block, relative to the arena. */
static inline uint32_t event_end(const struct event *e)
{
	return e->arena_off + (uint32_t)sizeof(struct endpoints) + e->name_len + e->answers_len;
}

/* Open an event: its slot zeroed, its endpoints at the head of its block. NULL (and counted as
 * batch-limit) when the batch is full. Nothing is kept until batch_commit(). Only one event may
 * be open; opening another drops the first. */
static inline struct event *batch_open(struct batch *b, struct endpoints **ret_ends)
{
	if (b->n == BATCH_EVENTS || BATCH_ARENA - b->arena_used < EVENT_ARENA_MAX) {
		batch_malformed(b, MALFORMED_BATCH_LIMIT);
		return NULL;
	}
	struct event *e = &b->events[b->n];
	*e = (struct event){.arena_off = b->arena_used, .rcode = RCODE_UNKNOWN};
	struct endpoints *ends = (struct endpoints *)(void *)(b->arena + b->arena_used);
	*ends = (struct endpoints){0};
	*ret_ends = ends;
	return e;
}

/* Append to the open event's block; NULL when it may not grow by that much. */
static inline uint8_t *batch_grow(struct batch *b, struct event *e, size_t bytes)
{
	uint32_t end = event_end(e);
	if (bytes > EVENT_ARENA_MAX || end - e->arena_off + bytes > EVENT_ARENA_MAX)
		return NULL;
	return b->arena + end;
}

/* Append the qname (wire form, validated). Only once, before any answer. */
static inline bool batch_name(struct batch *b, struct event *e, const uint8_t *wire, size_t len)
{
	dh_assert(len >= 1 && len <= 255 && e->name_len == 0 && e->answers_len == 0);
	uint8_t *to = batch_grow(b, e, len);
	if (!to)
		return false;
	view_copy(to, view_of(wire, len));
	e->name_len = (uint8_t)len;
	return true;
}

/* Where the rdata of one more answer may be written, and how much of it. */
static inline uint8_t *batch_answer_room(struct batch *b, const struct event *e, size_t *ret_room)
{
	uint32_t end = event_end(e), used = end - e->arena_off + ANSWER_HEADER;
	*ret_room = used < EVENT_ARENA_MAX ? EVENT_ARENA_MAX - used : 0;
	return b->arena + end + ANSWER_HEADER;
}

/* Append the answer whose rdata has been written there. */
static inline void batch_answer_keep(
    struct batch *b, struct event *e, uint16_t type, uint32_t ttl, size_t rdlen)
{
	uint8_t *to = b->arena + event_end(e);
	uint64_t header = type | (uint64_t)rdlen << 16 | (uint64_t)ttl << 32;
	memcpy(to, &header, ANSWER_HEADER);
	e->answers_len = (uint16_t)(e->answers_len + ANSWER_HEADER + rdlen);
}

/* Append one answer; false, and EV_ANSWERS_CUT set, when it does not fit. */
static inline bool batch_answer(
    struct batch *b, struct event *e, uint16_t type, uint32_t ttl, struct view rdata)
{
	size_t room;
	uint8_t *to = batch_answer_room(b, e, &room);
	if (rdata.len > room) {
		e->flags |= EV_ANSWERS_CUT;
		return false;
	}
	view_copy(to, rdata);
	batch_answer_keep(b, e, type, ttl, rdata.len);
	return true;
}

/* Keep the open event. */
static inline void batch_commit(struct batch *b, struct event *e)
{
	dh_assert(e == &b->events[b->n]);
	b->n++;
	b->arena_used = (event_end(e) + 7u) & ~7u;
}

static inline const struct endpoints *event_ends(const struct batch *b, const struct event *e)
{
	return (const struct endpoints *)(const void *)(b->arena + e->arena_off);
}

/* The same for whoever owns the batch and corrects what it says. */
static inline struct endpoints *event_ends_of(const struct batch *b, const struct event *e)
{
	return (struct endpoints *)(void *)(b->arena + e->arena_off);
}

static inline const uint8_t *event_name(const struct batch *b, const struct event *e)
{
	return b->arena + e->arena_off + sizeof(struct endpoints);
}

static inline struct view event_answers(const struct batch *b, const struct event *e)
{
	return view_of(event_name(b, e) + e->name_len, e->answers_len);
}

/* Take the next answer off the front of v; false at the end. */
static inline bool answer_next(struct view *v, struct answer *ret)
{
	if (v->len < ANSWER_HEADER)
		return false;
	memcpy(&ret->type, v->p, 2);
	memcpy(&ret->rdlen, v->p + 2, 2);
	memcpy(&ret->ttl, v->p + 4, 4);
	dh_assert(v->len - ANSWER_HEADER >= ret->rdlen);
	ret->rdata = v->p + ANSWER_HEADER;
	v->p += ANSWER_HEADER + ret->rdlen;
	v->len -= ANSWER_HEADER + ret->rdlen;
	return true;
}
