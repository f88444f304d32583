/* SPDX-License-Identifier: ISC */
#include "lib/decode/stream.h"

#include "lib/decode/defrag.h"
#include "lib/decode/tcp.h"

struct stream {
	struct frame_meta meta; /* ports; the rest is each segment's */
	struct defrag defrag;
	struct tcp tcp;
};

static size_t head_size(void)
{
	return (sizeof(struct stream) + 63) & ~(size_t)63;
}

size_t stream_size(const struct stream_config *config)
{
	return head_size() + defrag_size(config->datagrams, config->datagram_pieces) +
	       tcp_size(config->streams, config->stream_pieces);
}

struct stream *stream_init(void *mem, const struct stream_config *config)
{
	dh_assert(((uintptr_t)mem & 63) == 0);
	struct stream *st = mem;
	uint8_t *at = (uint8_t *)mem + head_size();

	st->meta = (struct frame_meta){.n_ports = config->n_ports};
	memcpy(st->meta.ports, config->ports, sizeof(st->meta.ports));
	defrag_init(&st->defrag, at, config->datagrams, config->datagram_pieces, &config->key);
	at += defrag_size(config->datagrams, config->datagram_pieces);
	tcp_init(&st->tcp, at, config->streams, config->stream_pieces, &config->key);
	return st;
}

void stream_feed(struct stream *st, const struct segment *s, struct batch *b)
{
	struct segment inner[2];
	struct frame_meta meta = st->meta;
	meta.seq = s->seq;
	meta.source = s->source;
	meta.site = s->site;

	/* A datagram made whole may hold a fragment again, in a tunnel; each time around takes a
	 * header off it, so this ends. */
	for (unsigned turn = 0; s->frag.is_fragment; turn++) {
		struct segment_list later = {.at = &inner[turn & 1], .cap = 1};
		struct packet k;
		enum layer layer;
		if (!defrag_feed(&st->defrag, s, &meta, b, &k, &layer))
			return;
		frame_decode_layer(&k, layer, s->time_ns, &meta, b, &later);
		if (later.n == 0)
			return;
		s = &inner[turn & 1];
	}
	tcp_feed(&st->tcp, s, &meta, b);
}

void stream_finish(struct stream *st, struct batch *b)
{
	defrag_finish(&st->defrag, &st->meta, b);
	tcp_finish(&st->tcp, &st->meta, b);
}
