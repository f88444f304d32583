/* SPDX-License-Identifier: ISC
 *
 * What the log formats share: from the text of a record to the parts of an event. One line is one
 * record and at most one event. A line that gives none is counted, by reason or as skipped; only a
 * name that had to be cut is both counted (line-name) and kept. */
#pragma once

#include "lib/decode/event.h"
#include "lib/decode/text.h"

#define LINE_MAX_BYTES (1u << 20)

/* What is known of the source of lines, or of dnstap payloads. */
struct line_meta {
	uint16_t site;
	uint16_t source;
	const uint8_t *peer; /* who sent the lines, IPv4-mapped; NULL: nobody knows */
	int64_t written_ns;  /* none was written later; 0: nobody knows */
};

/* One line and what it needs on its way. */
struct line {
	struct view text;
	const struct line_meta *meta;
	struct fields_memory *memory; /* of JSON lines */
	bool has_avx2;
	bool is_wide; /* TEXT_WIDE bytes can be read from any byte of it on */
	struct batch *batch;
	uint16_t seq, next_seq; /* its number within the call, the greatest one for all beyond */
};

/* Split lines: the next one that is not blank, without its end (\n or \r\n), is counted in
 * b->records. Too long ones are counted and passed over. False at the end. */
bool line_next(struct view *lines, struct line *l);

/* Count one more record of the call; start with next_seq 0. */
static inline void line_count(struct line *l)
{
	l->batch->records++;
	l->seq = l->next_seq;
	l->next_seq += l->next_seq < UINT16_MAX;
}

/* Always false: count the line under this reason, drop an event that is open. */
static inline bool line_bad(const struct line *l, enum malformed why)
{
	batch_malformed(l->batch, why);
	return false;
}

/* How much at the front of lines are those behind which TEXT_WIDE bytes can be read. */
size_t line_wide(struct view lines);

/* Give the open event its qname; text with a NULL pointer is a record without one. */
void line_name(const struct line *l, struct event *e, struct view text, unsigned escapes);

/* Set EV_LOCAL when the name service is one of the link's own (mDNS, LLMNR, NBNS) and both sides
 * are inside: what leaves the site by those ports is of interest. */
void line_local(struct event *e, const struct endpoints *ends);

/* Append an answer whose rdata is text: addresses, names (MX and SRV may have their numbers
 * before), character strings of TXT and SPF, the mname of an SOA; the bytes themselves for all
 * other types. What is not of its type's form is kept as bytes. */
void line_answer(struct batch *b, struct event *e, uint16_t type, uint32_t ttl, struct view text,
    unsigned escapes);

/* The same for bytes that are one text already unescaped: strings of up to 255 bytes each. */
void line_answer_txt(struct batch *b, struct event *e, uint16_t type, uint32_t ttl, struct view v);

/* The parts of an SRV, MX or SOA record that a log may have apart. */
struct line_rdata {
	struct view name, rname;
	uint64_t priority, weight, port, preference;
	uint64_t serial, refresh, retry, expire, minimum;
};

/* Append an SOA, SRV or MX answer from its parts; other types are kept without rdata, and
 * EV_ANSWERS_CUT set. */
void line_answer_parts(struct batch *b, struct event *e, uint16_t type, uint32_t ttl,
    const struct line_rdata *r, unsigned escapes);

/* An answer of which the log says only that it was there. */
void line_answer_unknown(struct batch *b, struct event *e, uint16_t type, uint32_t ttl);

/* Transport from what sensors write in any case (udp, tcp), and the server's port: a sensor that
 * saw inside port 443 saw DoH, inside 853 DoT. */
enum transport line_transport(struct view proto, uint16_t server_port);
