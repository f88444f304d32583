/* SPDX-License-Identifier: ISC
 *
 * A DNS message in, an event out (RFC 1035 §4 and what came after it).
 *
 * Everything a message can carry is either stored (question, answers), known by its shape (the
 * ordinary parts of EDNS, TSIG, glue), or counted byte by byte in event.extra, so that no corner
 * of a message conveys data for free. */
#pragma once

#include "lib/decode/event.h"

#define DNS_HEADER 12

enum dns_type {
	TYPE_A = 1,
	TYPE_NS = 2,
	TYPE_CNAME = 5,
	TYPE_SOA = 6,
	TYPE_NULL = 10,
	TYPE_PTR = 12,
	TYPE_MX = 15,
	TYPE_TXT = 16,
	TYPE_SIG = 24,
	TYPE_KEY = 25,
	TYPE_AAAA = 28,
	TYPE_SRV = 33,
	TYPE_DNAME = 39,
	TYPE_OPT = 41,
	TYPE_SVCB = 64,
	TYPE_HTTPS = 65,
	TYPE_TSIG = 250,
	TYPE_PRIVATE = 65399, /* what iodine calls PRIVATE */
};

enum dns_opcode {
	OPCODE_QUERY,
	OPCODE_IQUERY,
	OPCODE_STATUS,
	OPCODE_NOTIFY = 4,
	OPCODE_UPDATE,
	OPCODE_DSO
};

/* Which way a message travels. Ports tell it where exactly one side is a DNS port, and outrank the
 * QR bit, which the sender of a tunnel sets as it likes. */
enum dns_direction { DNS_BY_BIT, DNS_TO_SERVER, DNS_FROM_SERVER };

/* What the carrier knows about a message. */
struct dns_meta {
	uint8_t src[16], dst[16]; /* IPv4 mapped, as in struct endpoints */
	int64_t time_ns;
	uint32_t wire_size; /* bytes the message had on the wire, when the capture kept fewer */
	uint32_t process;
	uint16_t src_port, dst_port;
	uint16_t seq, source, site;
	uint16_t surplus;  /* bytes of the packet behind the message that nothing accounts for */
	uint16_t flags;    /* EV_LOCAL, or 0 */
	uint8_t transport; /* enum transport */
	uint8_t direction; /* enum dns_direction */
	bool on_dns_port;  /* what is no DNS here becomes an EV_NOT_DNS event, not only a count */
};

/* Decode one message into the batch. True when an event for a DNS message was kept. What is no DNS
 * is counted, and on a DNS port kept as an event with EV_NOT_DNS and without a name. */
bool dns_decode(struct view msg, const struct dns_meta *meta, struct batch *b);

/* Keep an EV_NOT_DNS event (on DNS ports only) for a payload that had size bytes on the wire, and
 * count why. In place of answers the event has the payload, as much of it as an event may take. */
void dns_reject(struct view payload, size_t size, const struct dns_meta *meta, enum malformed why,
    struct batch *b);

/* Whether these bytes can be the start of a message of `length` bytes: a header that somebody could
 * send and, as far as it is there, a question. For TCP, to find boundaries in mid-stream. */
bool dns_is_plausible(struct view start, size_t length);
