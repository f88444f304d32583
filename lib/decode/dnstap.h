/* SPDX-License-Identifier: ISC
 *
 * dnstap payloads: protobuf messages (dnstap.proto, dnstap.info) in which a resolver or server
 * tells which DNS message went between whom, and when. Read here by hand, since each is a dozen
 * fields of which most are numbers; the DNS message inside goes to dns_decode().
 *
 * The kind says who saw it. Events of messages that the reporting server exchanged with other
 * servers carry EV_UPSTREAM: behind them are not clients but resolvers. */
#pragma once

#include "include/dnshound.h"
#include "lib/decode/line.h"

/* Message.Type; a query's number is odd, its response's the next. */
enum dnstap_kind {
	DNSTAP_NONE,
	DNSTAP_AUTH_QUERY,
	DNSTAP_AUTH_RESPONSE,
	DNSTAP_RESOLVER_QUERY,
	DNSTAP_RESOLVER_RESPONSE,
	DNSTAP_CLIENT_QUERY,
	DNSTAP_CLIENT_RESPONSE,
	DNSTAP_FORWARDER_QUERY,
	DNSTAP_FORWARDER_RESPONSE,
	DNSTAP_STUB_QUERY,
	DNSTAP_STUB_RESPONSE,
	DNSTAP_TOOL_QUERY,
	DNSTAP_TOOL_RESPONSE,
	DNSTAP_UPDATE_QUERY,
	DNSTAP_UPDATE_RESPONSE,
	DNSTAP_KINDS
};

/* Read one payload into b, counted as a record with number seq. Its kind, or DNSTAP_NONE when it
 * is malformed (counted as dnstap-frame) or something else than a message (skipped). What is wrong
 * with the DNS message itself is for dns_decode() to count. */
enum dnstap_kind dnstap_payload(
    struct view payload, const struct line_meta *meta, uint16_t seq, struct batch *b);

/* All frames of a chunk of DH_DNSTAP, or of DH_DNS: bare messages, their ends unknown. */
void dnstap_frames(const struct dh_chunk *chunk, struct batch *b);

/* When the message of a DH_DNSTAP frame was seen, in ns; INT64_MIN when it does not tell. */
int64_t dnstap_frame_time(const struct dh_frame *frame);
