/* SPDX-License-Identifier: ISC
 *
 * DNS over TCP (RFC 7766): segments in any order back into a stream, the stream cut into messages
 * by their two-byte lengths.
 *
 * Each direction of a connection is a stream of its own, because nothing here needs the other one
 * and captures often have only one. Where every segment is in order and holds whole messages,
 * nothing is copied. A stream whose start was not seen, or that lost bytes, looks for the next
 * place where a length and a plausible header stand. A stream that begins with something else, or
 * shows nothing plausible for TCP_SEEK_MAX bytes, is no DNS: each further segment of it becomes an
 * EV_NOT_DNS event.
 *
 * What a stream may keep is bounded, and so is everything together; the hole in front of what waits
 * is given up (tcp-gap) after TCP_WAIT_NS of event time, TCP_PIECES_MAX pieces, or when the room is
 * needed. Streams that sent nothing yet make room first, then the idle ones, then those that wait.
 */
#pragma once

#include "lib/base/hash.h"
#include "lib/decode/flow.h"
#include "lib/decode/frame.h"
#include "lib/decode/pieces.h"

#define TCP_PIECES_MAX 96     /* of one stream: about three messages of full size */
#define TCP_WINDOW (1u << 20) /* a segment further ahead cannot be waited for */
#define TCP_WAIT_NS (3 * INT64_C(1000000000))
#define TCP_SEEK_MAX (128u << 10)
#define TCP_MESSAGE_MAX (2 + 65535)

struct tcp {
	struct flow_table table;
	struct piece_pool pool;
	struct hash_key key;
	uint8_t run[TCP_MESSAGE_MAX]; /* scratch: waiting bytes, laid out without holes */
};

/* Bytes beside the struct itself, for n streams (a power of two) and so many pieces. */
size_t tcp_size(uint32_t n, uint32_t pieces);
void tcp_init(struct tcp *t, void *mem, uint32_t n, uint32_t pieces, const struct hash_key *key);

/* Take a segment; events of the messages it completes carry its time and seq. */
void tcp_feed(
    struct tcp *t, const struct segment *s, const struct frame_meta *meta, struct batch *b);

/* End every stream: what waits is decoded as far as it came. */
void tcp_finish(struct tcp *t, const struct frame_meta *meta, struct batch *b);
