/* SPDX-License-Identifier: ISC */
#include "lib/decode/tcp.h"

#include "lib/base/cursor.h"
#include "lib/decode/dns.h"

/* Lists of the flow table, in the order in which they make room. */
enum { LIST_NEW, LIST_IDLE, LIST_WAITING };

#define NEW_SHARE 4 /* streams without data get a quarter of the table */
#define PEEK_MIN (2 + DNS_HEADER)

struct key {
	uint8_t src[16], dst[16];
	uint16_t src_port, dst_port;
	uint16_t source, site;
};
_Static_assert(sizeof(struct key) == 40, "keys are compared as bytes");

enum state {
	IN_STEP, /* `next` is where a message begins */
	SEEKING, /* somewhere; looking for a boundary */
	NOT_DNS,
};

struct stream_half {
	struct flow_link link;
	struct key key;
	struct piece_list pieces;
	int64_t last_ns;
	int64_t hole_ns; /* since when there is a hole to wait for */
	uint32_t next;   /* sequence number of the first byte not delivered */
	uint32_t isn;
	uint32_t fin_at;
	uint32_t sought; /* bytes gone by in SEEKING */
	uint8_t state;
	bool is_whole; /* seen from its first byte, nothing lost: a bad start is no accident */
	bool has_syn, has_fin, has_hole;
	bool is_over;    /* its FIN or RST has come */
	bool is_checked; /* the message that waits begins plausibly */
};

/* A stream at work: what every step below needs. */
struct work {
	struct tcp *t;
	struct stream_half *h;
	uint32_t index;
	const struct frame_meta *meta;
	struct batch *b;
	int64_t time_ns;
	uint16_t seq;
};

size_t tcp_size(uint32_t n, uint32_t pieces)
{
	return flow_size(n, sizeof(struct stream_half)) + pieces * sizeof(struct piece);
}

void tcp_init(struct tcp *t, void *mem, uint32_t n, uint32_t pieces, const struct hash_key *key)
{
	uint8_t *at = mem;
	flow_init(&t->table, at, n, sizeof(struct stream_half));
	at += flow_size(n, sizeof(struct stream_half));
	pieces_init(&t->pool, at, pieces);
	t->key = *key;
}

static struct stream_half *half_at(const struct tcp *t, uint32_t i)
{
	return flow_at(&t->table, i);
}

static struct work work_on(
    struct tcp *t, uint32_t i, const struct frame_meta *meta, struct batch *b)
{
	return (struct work){.t = t,
	    .h = half_at(t, i),
	    .index = i,
	    .meta = meta,
	    .b = b,
	    .time_ns = half_at(t, i)->last_ns,
	    .seq = meta->seq};
}

static struct dns_meta meta_of(const struct work *w)
{
	const struct key *key = &w->h->key;
	struct dns_meta m = {
	    .time_ns = w->time_ns,
	    .src_port = key->src_port,
	    .dst_port = key->dst_port,
	    .seq = w->seq,
	    .source = key->source,
	    .site = key->site,
	    .transport = TR_TCP,
	    .direction = frame_direction(w->meta, key->src_port, key->dst_port),
	    .on_dns_port = true,
	};
	memcpy(m.src, key->src, 16);
	memcpy(m.dst, key->dst, 16);
	return m;
}

/* The offset of the next place where a message can begin; v.len when there is none. A boundary
 * inside a segment has to show its whole question: any two bytes can be a length. */
static size_t seek(struct view v)
{
	for (size_t at = 0; at + PEEK_MIN <= v.len; at++) {
		const uint8_t *p = v.p + at;
		if (at > 0 && load_be16(p + 6) != 1)
			continue;
		size_t length = load_be16(p);
		struct view start = view_of(p + 2, v.len - at - 2);
		if (at > 0 && start.len < length && start.len < DNS_HEADER + 255 + 4)
			continue;
		if (dns_is_plausible(start, length))
			return at;
	}
	return v.len;
}

/* The stream is out of step at a message boundary. */
static void lose_step(struct stream_half *h)
{
	h->state = h->is_whole ? NOT_DNS : SEEKING;
	h->sought = 0;
	h->is_checked = false;
}

/* One message from the front of v, in step; how many bytes it took, 0 to wait for more. */
static size_t deliver_one(struct work *w, struct view v)
{
	if (v.len < 2)
		return 0;
	size_t length = load_be16(v.p);
	struct view message = view_of(v.p + 2, v.len - 2);
	if (message.len > length)
		message.len = length;
	if (!w->h->is_checked) {
		if (message.len < length && message.len < DNS_HEADER)
			return 0;
		if (!dns_is_plausible(message, length)) {
			lose_step(w->h);
			return 0;
		}
		w->h->is_checked = true;
	}
	if (message.len < length)
		return 0;
	struct dns_meta m = meta_of(w);
	dns_decode(message, &m, w->b);
	w->h->is_checked = false;
	return 2 + length;
}

/* Cut as many messages from v as it holds; how many bytes are done with. */
static size_t deliver(struct work *w, struct view v)
{
	struct stream_half *h = w->h;
	size_t used = 0;
	while (used < v.len) {
		struct view rest = view_of(v.p + used, v.len - used);
		if (h->state == NOT_DNS) {
			struct dns_meta m = meta_of(w);
			dns_reject(rest, rest.len, &m, MALFORMED_NOT_DNS, w->b);
			return v.len;
		}
		if (h->state == SEEKING) {
			size_t found = seek(rest);
			used += found;
			h->sought += (uint32_t)found;
			if (found < rest.len) {
				h->state = IN_STEP;
			} else if (h->sought > TCP_SEEK_MAX) {
				h->state = NOT_DNS;
			}
			continue;
		}
		size_t taken = deliver_one(w, rest);
		used += taken;
		if (taken == 0 && h->state == IN_STEP)
			break;
	}
	return used;
}

static void advance(struct work *w, size_t n)
{
	w->h->next += (uint32_t)n;
	pieces_drop(&w->t->pool, &w->h->pieces, w->h->next);
}

/* Deliver what waits without a hole. */
static void drain(struct work *w)
{
	struct stream_half *h = w->h;
	for (;;) {
		size_t n = pieces_run(&w->t->pool, &h->pieces, h->next);
		if (n == 0)
			return;
		if (n > TCP_MESSAGE_MAX)
			n = TCP_MESSAGE_MAX;
		if (h->state == IN_STEP && h->is_checked) { /* is the copy worth it yet? */
			uint8_t length[2];
			pieces_copy(&w->t->pool, &h->pieces, h->next, 2, length);
			if (n < 2u + load_be16(length))
				return;
		}
		pieces_copy(&w->t->pool, &h->pieces, h->next, n, w->t->run);
		size_t used = deliver(w, view_of(w->t->run, n));
		if (used == 0)
			return;
		advance(w, used);
	}
}

/* What waits at the front will not be completed: decode it as far as it came. */
static void deliver_part(struct work *w, bool is_lost)
{
	struct stream_half *h = w->h;
	size_t n = pieces_run(&w->t->pool, &h->pieces, h->next);
	if (h->state != IN_STEP || n == 0)
		return;
	if (n > TCP_MESSAGE_MAX)
		n = TCP_MESSAGE_MAX;
	pieces_copy(&w->t->pool, &h->pieces, h->next, n, w->t->run);
	struct dns_meta m = meta_of(w);
	if (is_lost)
		m.wire_size = n >= 2 ? load_be16(w->t->run) : 0;
	if (n > 2)
		dns_decode(view_of(w->t->run + 2, n - 2), &m, w->b);
	h->is_checked = false;
	advance(w, n);
}

/* Go on at `next`, having lost what came before. */
static void jump(struct stream_half *h, uint32_t next)
{
	h->next = next;
	h->is_whole = false;
	h->is_checked = false;
	h->sought = 0;
	if (h->state == IN_STEP)
		h->state = SEEKING;
}

/* Go on behind the hole. */
static void skip_hole(struct work *w)
{
	struct stream_half *h = w->h;
	batch_malformed(w->b, MALFORMED_TCP_GAP);
	deliver_part(w, true);
	if (h->pieces.head != PIECE_NONE)
		jump(h, pieces_first(&w->t->pool, &h->pieces));
	drain(w);
}

static bool has_hole(const struct work *w)
{
	const struct stream_half *h = w->h;
	size_t run = pieces_run(&w->t->pool, &h->pieces, h->next);
	return pieces_has_after(&w->t->pool, &h->pieces, h->next + (uint32_t)run);
}

/* Deliver all that waits, as far as it came. */
static void flush(struct work *w)
{
	struct stream_half *h = w->h;
	while (h->pieces.head != PIECE_NONE) {
		if (has_hole(w)) {
			skip_hole(w);
			continue;
		}
		deliver_part(w, !h->is_whole);
		pieces_reset(&w->t->pool, &h->pieces);
	}
}

static void end_half(struct tcp *t, uint32_t i, const struct frame_meta *meta, struct batch *b)
{
	struct work w = work_on(t, i, meta, b);
	flush(&w);
	flow_remove(&t->table, i);
}

static void evict(struct tcp *t, uint32_t i, const struct frame_meta *meta, struct batch *b)
{
	if (half_at(t, i)->link.list == LIST_WAITING)
		batch_malformed(b, MALFORMED_TCP_LIMIT);
	end_half(t, i, meta, b);
}

static uint32_t oldest(const struct tcp *t, unsigned list)
{
	return t->table.lists[list].oldest;
}

static void make_room(struct tcp *t, const struct frame_meta *meta, struct batch *b)
{
	uint32_t n = t->table.mask + 1;
	if (t->table.lists[LIST_NEW].n > n / NEW_SHARE)
		evict(t, oldest(t, LIST_NEW), meta, b);
	for (unsigned list = LIST_NEW; t->table.free == FLOW_NONE; list++)
		if (oldest(t, list) != FLOW_NONE)
			evict(t, oldest(t, list), meta, b);
}

/* Keep bytes that cannot be delivered yet, and deliver what they complete. */
static void keep(struct work *w, uint32_t at, struct view v)
{
	struct tcp *t = w->t;
	size_t added;

	while (t->pool.n_free < TCP_PIECES_MAX && oldest(t, LIST_WAITING) != FLOW_NONE &&
	       oldest(t, LIST_WAITING) != w->index)
		evict(t, oldest(t, LIST_WAITING), w->meta, w->b);
	if (pieces_add(&t->pool, &w->h->pieces, at, v, TCP_PIECES_MAX, &added)) {
		drain(w);
		return;
	}
	batch_malformed(w->b, MALFORMED_TCP_LIMIT);
	flush(w);
	jump(w->h, at + (uint32_t)v.len);
}

static void take_data(struct work *w, uint32_t at, struct view v)
{
	struct stream_half *h = w->h;
	if (seq_before(at, h->next)) { /* sent again: the first copy counted */
		uint32_t old = h->next - at;
		if (old >= v.len)
			return;
		at += old;
		v = view_of(v.p + old, v.len - old);
	}
	if (at - h->next > TCP_WINDOW) { /* waiting is hopeless */
		flush(w);
		batch_malformed(w->b, MALFORMED_TCP_GAP);
		jump(h, at);
	}
	if (h->state == NOT_DNS) /* nothing to put in order */
		h->next = at;
	if (at == h->next && h->pieces.head == PIECE_NONE) {
		size_t used = deliver(w, v);
		h->next += (uint32_t)used;
		at += (uint32_t)used;
		v = view_of(v.p + used, v.len - used);
	}
	if (v.len > 0)
		keep(w, at, v);
}

/* The capture kept only the front of this segment: what it began is not waited for. */
static void take_cut(struct work *w, uint32_t end, uint32_t missing)
{
	struct stream_half *h = w->h;
	size_t run = pieces_run(&w->t->pool, &h->pieces, h->next);
	batch_malformed(w->b, MALFORMED_SNAPLEN_CUT);
	if (h->next + (uint32_t)run != end)
		return;
	deliver_part(w, true);
	jump(h, end + missing);
	pieces_drop(&w->t->pool, &h->pieces, h->next);
	drain(w);
}

/* Whether the stream has come to its FIN. */
static bool is_at_end(const struct work *w)
{
	const struct stream_half *h = w->h;
	uint32_t run = (uint32_t)pieces_run(&w->t->pool, &h->pieces, h->next);
	return h->has_fin && !seq_before(h->next + run, h->fin_at);
}

static bool has_waited_too_long(const struct stream_half *h, int64_t now_ns)
{
	uint64_t age = (uint64_t)now_ns - (uint64_t)h->hole_ns;
	return h->has_hole && age > (uint64_t)TCP_WAIT_NS && -age > (uint64_t)TCP_WAIT_NS;
}

/* After each segment: note a hole, and stand in the right list. An ended stream stays for a while,
 * so that what it sends again is known. */
static void settle(struct work *w)
{
	struct stream_half *h = w->h;
	bool had_hole = h->has_hole, is_over = h->is_over || is_at_end(w);
	if (is_over || h->state == NOT_DNS) /* nothing to wait for */
		flush(w);
	h->is_over = is_over;
	h->has_hole = has_hole(w);
	if (h->has_hole && !had_hole)
		h->hole_ns = w->time_ns;
	bool is_new = h->is_over || (h->has_syn && h->next == h->isn + 1);
	bool is_waiting = h->pieces.head != PIECE_NONE;
	flow_move(&w->t->table, w->index,
	    is_waiting ? LIST_WAITING
	    : is_new   ? LIST_NEW
	               : LIST_IDLE);
}

static void start_half(struct stream_half *h, const struct segment *s)
{
	bool has_syn = s->tcp_flags & TCP_SYN;
	h->pieces = PIECE_LIST_EMPTY;
	h->has_syn = has_syn;
	h->is_whole = has_syn;
	h->isn = s->tcp_seq;
	h->next = s->tcp_seq + has_syn;
	h->state = has_syn ? IN_STEP : SEEKING;
	h->sought = 0;
	h->hole_ns = 0;
	h->fin_at = 0;
	h->has_fin = h->has_hole = h->is_checked = h->is_over = false;
}

static struct key key_of(const struct segment *s)
{
	struct key key = {
	    .src_port = s->src_port, .dst_port = s->dst_port, .source = s->source, .site = s->site};
	memcpy(key.src, s->src, 16);
	memcpy(key.dst, s->dst, 16);
	return key;
}

/* The stream of a segment, made where there is none; FLOW_NONE when it needs none. */
static uint32_t half_of(
    struct tcp *t, const struct segment *s, const struct frame_meta *meta, struct batch *b)
{
	struct key key = key_of(s);
	uint64_t hash = hash_bytes(&t->key, &key, sizeof(key));
	uint32_t i = flow_find(&t->table, hash);

	while (i != FLOW_NONE && memcmp(&half_at(t, i)->key, &key, sizeof(key)) != 0)
		i = flow_find_next(&t->table, i);
	if (i != FLOW_NONE) {
		const struct stream_half *h = half_at(t, i);
		bool is_again = h->has_syn && h->isn == s->tcp_seq;
		if (!(s->tcp_flags & TCP_SYN) || is_again)
			return i;
		end_half(t, i, meta, b); /* the ports are used again */
	}
	if (s->tcp_flags & TCP_RST || (s->len + s->missing == 0 && !(s->tcp_flags & TCP_SYN)))
		return FLOW_NONE;
	make_room(t, meta, b);
	i = flow_insert(&t->table, hash, LIST_NEW);
	half_at(t, i)->key = key;
	start_half(half_at(t, i), s);
	return i;
}

void tcp_feed(
    struct tcp *t, const struct segment *s, const struct frame_meta *meta, struct batch *b)
{
	uint32_t i = half_of(t, s, meta, b);
	if (i == FLOW_NONE)
		return;
	struct stream_half *h = half_at(t, i);
	h->last_ns = s->time_ns;
	struct work w = work_on(t, i, meta, b);
	uint32_t at = s->tcp_seq + (s->tcp_flags & TCP_SYN ? 1 : 0);

	if (has_waited_too_long(h, s->time_ns))
		skip_hole(&w);
	if (s->tcp_flags & TCP_RST) {
		/* Only where the receiver would believe it. */
		h->is_over = h->is_over || at - h->next <= TCP_WINDOW;
		settle(&w);
		return;
	}
	if (s->len > 0)
		take_data(&w, at, view_of(s->data, s->len));
	if (s->missing > 0)
		take_cut(&w, at + s->len, s->missing);
	if (s->tcp_flags & TCP_FIN) {
		h->has_fin = true;
		h->fin_at = at + s->len + s->missing;
	}
	settle(&w);
}

void tcp_finish(struct tcp *t, const struct frame_meta *meta, struct batch *b)
{
	for (unsigned list = 0; list < FLOW_LISTS; list++)
		while (oldest(t, list) != FLOW_NONE)
			end_half(t, oldest(t, list), meta, b);
}
