/* SPDX-License-Identifier: ISC
 *
 * The input is a script of segments and fragments for a few small tables: eight bytes each, then a
 * payload. After the end nothing may be left in tables or pools, and nothing may be lost of them.
 */
#include <stdlib.h>

#include "fuzz/sound.h"
#include "lib/base/cursor.h"
#include "lib/decode/defrag.h"
#include "lib/decode/tcp.h"

#define STREAMS 8
#define STREAM_PIECES 224
#define DATAGRAMS 4
#define DATAGRAM_PIECES 160

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct tcp *tcp;
static struct defrag *defrag;
static struct batch *b;
static void *tcp_mem, *defrag_mem;

static void make(void)
{
	struct hash_key key = {1, 2};
	b = sound_fresh();
	if (!tcp) {
		tcp = malloc(sizeof(*tcp));
		defrag = malloc(sizeof(*defrag));
		tcp_mem = malloc(tcp_size(STREAMS, STREAM_PIECES));
		defrag_mem = malloc(defrag_size(DATAGRAMS, DATAGRAM_PIECES));
	}
	tcp_init(tcp, tcp_mem, STREAMS, STREAM_PIECES, &key);
	defrag_init(defrag, defrag_mem, DATAGRAMS, DATAGRAM_PIECES, &key);
}

static void feed_tcp(struct segment *s, const struct frame_meta *meta, uint16_t place, uint8_t bits)
{
	s->src_port = bits & 1 ? 53 : (uint16_t)(1000 + (bits >> 1 & 15));
	s->dst_port = bits & 1 ? (uint16_t)(1000 + (bits >> 1 & 15)) : 53;
	s->tcp_seq = 0xfffff000u + place * (bits & 0x80 ? 4096u : 1u);
	tcp_feed(tcp, s, meta, b);
}

static void feed_fragment(
    struct segment *s, const struct frame_meta *meta, uint16_t place, uint8_t bits)
{
	struct packet k;
	enum layer layer;
	struct segment inner;
	struct segment_list later = {.at = &inner, .cap = 1};
	s->frag = (struct fragment){.id = bits & 7,
	    .offset = (uint16_t)(place & 0xfff8),
	    .proto = bits & 8    ? 17
	             : bits & 16 ? 6
	                         : 41,
	    .is_v6 = bits & 32,
	    .more = place & 1,
	    .is_fragment = true};
	if (!defrag_feed(defrag, s, meta, b, &k, &layer))
		return;
	frame_decode_layer(&k, layer, s->time_ns, meta, b, &later);
	if (later.n > 0 && !inner.frag.is_fragment)
		tcp_feed(tcp, &inner, meta, b);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct frame_meta meta = {.n_ports = 1, .ports = {53}};
	struct cursor c = cursor_over(view_of(data, size));
	int64_t now_ns = 0;
	if (size > 20000)
		return 0;
	make();
	while (cursor_left(&c) >= 8) {
		uint8_t kind = cursor_u8(&c), flags = cursor_u8(&c), bits = cursor_u8(&c);
		int8_t step = (int8_t)cursor_u8(&c);
		uint16_t place = cursor_u16(&c), len = cursor_u16(&c) & 0x7ff;
		if (len > cursor_left(&c))
			len = (uint16_t)cursor_left(&c);
		struct view v = cursor_view(&c, len);
		now_ns += step * INT64_C(100000000);
		struct segment s = {.data = v.p,
		    .len = len,
		    .missing = kind & 2 ? flags : 0,
		    .time_ns = now_ns,
		    .tcp_flags = flags & 0x3f,
		    .src = {1},
		    .dst = {2}};
		if (kind & 1)
			feed_fragment(&s, &meta, place, bits);
		else
			feed_tcp(&s, &meta, place, bits);
	}
	tcp_finish(tcp, &meta, b);
	defrag_finish(defrag, &meta, b);
	dh_assert(tcp->pool.n_free == STREAM_PIECES && defrag->pool.n_free == DATAGRAM_PIECES);
	for (int i = 0; i < FLOW_LISTS; i++)
		dh_assert(tcp->table.lists[i].n == 0 && defrag->table.lists[i].n == 0);
	sound_batch(b);
	return 0;
}
