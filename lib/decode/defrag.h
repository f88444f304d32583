/* SPDX-License-Identifier: ISC
 *
 * Fragments back into datagrams (RFC 791 §3.2, RFC 8200 §4.5). Overlapping IPv6 fragments void
 * their datagram (RFC 5722); of overlapping IPv4 fragments the first copy of a byte wins, and both
 * are counted. A datagram that is not whole after DEFRAG_TIMEOUT_NS of event time, or that has to
 * make room, is counted as fragment-bad; if its head is there, the question in it is still told. */
#pragma once

#include "lib/base/hash.h"
#include "lib/decode/flow.h"
#include "lib/decode/frame.h"
#include "lib/decode/pieces.h"

#define DEFRAG_TIMEOUT_NS (30 * INT64_C(1000000000)) /* as Linux does */
#define DATAGRAM_MAX 65535

struct defrag {
	struct flow_table table;
	struct piece_pool pool;
	struct hash_key key;
	uint8_t whole[DATAGRAM_MAX]; /* the last datagram put together */
};

/* Bytes beside the struct itself, for n datagrams (a power of two) and so many pieces. */
size_t defrag_size(uint32_t n, uint32_t pieces);
void defrag_init(
    struct defrag *d, void *mem, uint32_t n, uint32_t pieces, const struct hash_key *key);

/* Take a fragment. True when it completes a datagram: *ret then covers its payload (in d->whole,
 * until the next call) and its addresses, and *ret_layer is the layer to go on with. Datagrams that
 * this gives up leave the event of their head. */
bool defrag_feed(struct defrag *d, const struct segment *s, const struct frame_meta *meta,
    struct batch *b, struct packet *ret, enum layer *ret_layer);

/* Give up on everything that waits. */
void defrag_finish(struct defrag *d, const struct frame_meta *meta, struct batch *b);
