/* SPDX-License-Identifier: ISC */
#include "lib/decode/defrag.h"

#define PIECES_MAX 64    /* of one datagram: 33 when it comes in order */
#define EXPIRE_AT_ONCE 4 /* old datagrams looked at for each fragment */
#define PROTO_UDP 17
#define PROTO_TCP 6

struct key {
	uint8_t src[16], dst[16];
	uint32_t id;
	uint16_t source;
	uint8_t proto, is_v6;
};
_Static_assert(sizeof(struct key) == 40, "keys are compared as bytes");

struct datagram {
	struct flow_link link;
	struct key key;
	struct piece_list pieces;
	int64_t since_ns;
	uint32_t total; /* 0 until the last fragment was seen */
	uint16_t site;
	uint8_t proto;   /* of the first fragment (RFC 8200 §4.5) */
	bool is_void;    /* overlapped, or none of ours: what else comes is dropped */
	bool is_counted; /* its end needs no count any more */
};

size_t defrag_size(uint32_t n, uint32_t pieces)
{
	return flow_size(n, sizeof(struct datagram)) + pieces * sizeof(struct piece);
}

void defrag_init(
    struct defrag *d, void *mem, uint32_t n, uint32_t pieces, const struct hash_key *key)
{
	uint8_t *at = mem;
	flow_init(&d->table, at, n, sizeof(struct datagram));
	at += flow_size(n, sizeof(struct datagram));
	pieces_init(&d->pool, at, pieces);
	d->key = *key;
}

static struct datagram *datagram_at(const struct defrag *d, uint32_t i)
{
	return flow_at(&d->table, i);
}

static void remove_datagram(struct defrag *d, uint32_t i)
{
	pieces_reset(&d->pool, &datagram_at(d, i)->pieces);
	flow_remove(&d->table, i);
}

/* Nothing more comes of this datagram; its entry stays, so that the rest of it is known. */
static void void_datagram(struct defrag *d, struct datagram *g, bool is_bad, struct batch *b)
{
	if (is_bad && !g->is_counted)
		batch_malformed(b, MALFORMED_FRAGMENT_BAD);
	pieces_reset(&d->pool, &g->pieces);
	g->is_void = true;
	g->is_counted = true;
}

/* Decode the head of a UDP datagram whose end will not come: it is like a packet that the capture
 * cut, with the question still in it. */
static void decode_head(const struct key *key, struct view head, int64_t time_ns,
    const struct frame_meta *meta, struct batch *b)
{
	struct segment_list none = {.cap = 0};
	struct packet k = {.p = head.p,
	    .end = head.p + head.len,
	    .missing = DATAGRAM_MAX,
	    .src = key->src,
	    .dst = key->dst,
	    .is_v6 = true};
	frame_decode_layer(&k, LAYER_UDP, time_ns, meta, b, &none);
}

static void give_up(struct defrag *d, uint32_t i, const struct frame_meta *meta, struct batch *b)
{
	struct datagram *g = datagram_at(d, i);
	if (!g->is_counted)
		batch_malformed(b, MALFORMED_FRAGMENT_BAD);
	size_t n = pieces_run(&d->pool, &g->pieces, 0);
	if (n > 0 && n <= DATAGRAM_MAX && g->proto == PROTO_UDP) {
		struct frame_meta from = *meta;
		from.source = g->key.source;
		from.site = g->site;
		pieces_copy(&d->pool, &g->pieces, 0, n, d->whole);
		decode_head(&g->key, view_of(d->whole, n), g->since_ns, &from, b);
	}
	remove_datagram(d, i);
}

/* Times are the sender's: a clock that jumps, either way, ends what waits. */
static bool is_expired(const struct datagram *g, int64_t now_ns)
{
	uint64_t age = (uint64_t)now_ns - (uint64_t)g->since_ns;
	return age > (uint64_t)DEFRAG_TIMEOUT_NS && -age > (uint64_t)DEFRAG_TIMEOUT_NS;
}

static void expire(struct defrag *d, int64_t now_ns, const struct frame_meta *meta, struct batch *b)
{
	for (int n = 0; n < EXPIRE_AT_ONCE; n++) {
		uint32_t i = d->table.lists[0].oldest;
		if (i == FLOW_NONE || !is_expired(datagram_at(d, i), now_ns))
			return;
		give_up(d, i, meta, b);
	}
}

static uint32_t find_or_add(struct defrag *d, const struct key *key, int64_t now_ns,
    const struct frame_meta *meta, struct batch *b)
{
	uint64_t hash = hash_bytes(&d->key, key, sizeof(*key));
	for (uint32_t i = flow_find(&d->table, hash); i != FLOW_NONE;
	     i = flow_find_next(&d->table, i)) {
		struct datagram *g = datagram_at(d, i);
		if (memcmp(&g->key, key, sizeof(*key)) != 0)
			continue;
		if (!is_expired(g, now_ns))
			return i;
		give_up(d, i, meta, b); /* the identifier is used again */
		break;
	}
	if (d->table.free == FLOW_NONE)
		give_up(d, d->table.lists[0].oldest, meta, b);
	uint32_t i = flow_insert(&d->table, hash, 0);
	struct datagram *g = datagram_at(d, i);
	g->key = *key;
	g->pieces = PIECE_LIST_EMPTY;
	g->since_ns = now_ns;
	g->total = 0;
	g->proto = key->proto;
	g->site = meta->site;
	g->is_void = false;
	g->is_counted = false;
	return i;
}

/* Whether the first fragment shows ports that are none of ours. */
static bool is_foreign(const struct segment *s, const struct frame_meta *meta)
{
	struct packet k = {.p = s->data,
	    .end = s->data + s->len,
	    .missing = DATAGRAM_MAX,
	    .ports = meta->ports,
	    .n_ports = meta->n_ports,
	    .src = s->src,
	    .dst = s->dst,
	    .is_v6 = true};
	if (s->frag.offset != 0)
		return false;
	if (s->frag.proto == PROTO_UDP)
		return s->len >= 8 && ip_udp(&k) == LAYER_OTHER;
	return s->frag.proto == PROTO_TCP && s->len >= 14 && ip_tcp(&k) == LAYER_OTHER;
}

/* Put the bytes of a sound fragment into the datagram. */
static void add_bytes(
    struct defrag *d, struct datagram *g, const struct segment *s, struct batch *b)
{
	size_t added;
	if (!pieces_add(&d->pool, &g->pieces, s->frag.offset, view_of(s->data, s->len), PIECES_MAX,
	        &added)) {
		void_datagram(d, g, true, b);
		return;
	}
	if (s->frag.offset == 0)
		g->proto = s->frag.proto;
	if (added == 0 || added == s->len) /* a duplicate is no overlap */
		return;
	if (s->frag.is_v6) {
		void_datagram(d, g, true, b);
	} else if (!g->is_counted) {
		batch_malformed(b, MALFORMED_FRAGMENT_BAD);
		g->is_counted = true;
	}
}

/* Whether the fragment's place in the datagram makes sense; sets the total when it is the last. */
static bool place(struct datagram *g, const struct segment *s)
{
	uint32_t end = s->frag.offset + s->len;
	if (s->len == 0 || end > DATAGRAM_MAX || (s->frag.more && s->len % 8 != 0))
		return false;
	if (!s->frag.more) {
		if (g->total != 0 && g->total != end)
			return false;
		g->total = end;
	}
	return g->total == 0 || end <= g->total;
}

bool defrag_feed(struct defrag *d, const struct segment *s, const struct frame_meta *meta,
    struct batch *b, struct packet *ret, enum layer *ret_layer)
{
	struct key key = {
	    .id = s->frag.id, .source = s->source, .proto = s->frag.proto, .is_v6 = s->frag.is_v6};
	memcpy(key.src, s->src, 16);
	memcpy(key.dst, s->dst, 16);
	if (s->frag.is_v6)
		key.proto = 0; /* is no part of the key there */

	expire(d, s->time_ns, meta, b);
	uint32_t i = find_or_add(d, &key, s->time_ns, meta, b);
	struct datagram *g = datagram_at(d, i);
	if (g->is_void) {
		b->skipped++;
		return false;
	}
	if (is_foreign(s, meta)) {
		b->skipped++;
		void_datagram(d, g, false, b);
		return false;
	}
	if (s->missing > 0) {
		batch_malformed(b, MALFORMED_SNAPLEN_CUT);
		void_datagram(d, g, false, b);
		if (s->frag.offset == 0 && s->frag.proto == PROTO_UDP)
			decode_head(&key, view_of(s->data, s->len), s->time_ns, meta, b);
		return false;
	}
	if (!place(g, s)) {
		void_datagram(d, g, true, b);
		return false;
	}
	if (d->pool.n_free < PIECES_MAX && d->table.lists[0].oldest != i)
		give_up(d, d->table.lists[0].oldest, meta, b);
	add_bytes(d, g, s, b);
	if (g->is_void || g->total == 0 || pieces_run(&d->pool, &g->pieces, 0) < g->total)
		return false;

	pieces_copy(&d->pool, &g->pieces, 0, g->total, d->whole);
	*ret = (struct packet){
	    .p = d->whole,
	    .end = d->whole + g->total,
	    .src = s->frag.is_v6 ? s->src : s->src + 12,
	    .dst = s->frag.is_v6 ? s->dst : s->dst + 12,
	    .is_v6 = s->frag.is_v6,
	    .ips = s->ips,
	};
	*ret_layer = s->frag.is_v6 ? ip_v6_payload(ret, g->proto) : ip_of_protocol(g->proto);
	remove_datagram(d, i);
	return true;
}

void defrag_finish(struct defrag *d, const struct frame_meta *meta, struct batch *b)
{
	for (uint32_t i; (i = d->table.lists[0].oldest) != FLOW_NONE;)
		give_up(d, i, meta, b);
}
