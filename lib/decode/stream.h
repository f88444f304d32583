/* SPDX-License-Identifier: ISC
 *
 * What frames alone do not tell: fragments and TCP segments, fed in input order after the frames of
 * a chunk were decoded. Everything is bounded and lives in memory handed in. */
#pragma once

#include "lib/base/hash.h"
#include "lib/decode/frame.h"

struct stream;

/* Sizes are powers of two. What is suggested takes about 12 MiB. */
struct stream_config {
	struct hash_key key;
	uint32_t streams;         /* directions of TCP connections; 8192 */
	uint32_t stream_pieces;   /* of 2 KiB, for all of them; at least 192; 4096 */
	uint32_t datagrams;       /* in fragments; 512 */
	uint32_t datagram_pieces; /* of 2 KiB, for all of them; at least 128; 1024 */
	uint8_t n_ports;
	uint16_t ports[FRAME_PORTS_MAX]; /* the same as in struct frame_meta */
};

size_t stream_size(const struct stream_config *config);
/* Lay a stream out in mem (stream_size() bytes, 64-byte aligned, kept by the caller). */
struct stream *stream_init(void *mem, const struct stream_config *config);

/* Take a segment that frame_decode() noted. The events of messages that it completes bear its time
 * and seq. */
void stream_feed(struct stream *st, const struct segment *s, struct batch *b);

/* End of input: what waits is decoded as far as it came, or counted. */
void stream_finish(struct stream *st, struct batch *b);
