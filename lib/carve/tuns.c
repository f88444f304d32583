/* SPDX-License-Identifier: ISC
 *
 * tuns: one IP packet in each CNAME query or answer, `d` and base32 with '0' for '=', cut by dots.
 * Names beginning with r, l and c ask, tell the queue's length and configure.
 *
 * Source: tuns' README and encoder. */
#include "lib/carve/carve.h"

#include "lib/carve/outlet.h"
#include "lib/carve/seen.h"
#include "lib/carve/wire.h"
#include "lib/codec/codec.h"

struct tuns {
	struct carve_sink sink;
	struct seen seen;
	uint64_t out[2];
};

static size_t tuns_size(void)
{
	return sizeof(struct tuns);
}

static void *tuns_init(
    void *mem, const struct carve_sink *sink, const struct carve_options *options)
{
	struct tuns *s = mem;
	s->sink = *sink;
	s->out[0] = s->out[1] = 0;
	seen_init(&s->seen, &options->key, SEEN_LATELY_NS);
	return s;
}

/* A packet may stand behind the 4 bytes of a tun device. */
static struct view packet_in(struct view bytes)
{
	for (size_t at = 0; at <= 4; at += 4)
		if (bytes.len >= at + 20 && (bytes.p[at] >> 4 == 4 || bytes.p[at] >> 4 == 6))
			return view_of(bytes.p + at, bytes.len - at);
	return view_of(NULL, 0);
}

static void data(
    struct tuns *s, const struct carve_event *e, enum carve_way way, struct view name, size_t end)
{
	uint8_t text[NAME_BYTES_MAX], bytes[NAME_BYTES_MAX];
	size_t n = labels_join(name, end, text, sizeof(text));
	if (n < 2 || (text[0] | 0x20) != 'd' || seen_before(&s->seen, name, e->time_ns))
		return;
	ptrdiff_t m = codec_decode_lax(
	    codec_of(CODEC_BASE32_PAD0), view_of(text + 1, n - 1), bytes, sizeof(bytes));
	struct view packet = packet_in(view_of(bytes, m > 0 ? (size_t)m : 0));
	struct outlet o = {.sink = &s->sink,
	    .kind = CARVE_PACKET,
	    .way = way,
	    .time_ns = e->time_ns,
	    .event = e->number,
	    .unit = "packets"};
	if (packet.len == 0) {
		outlet_gap(&o, s->out[way], 1);
		return;
	}
	outlet_data(&o, s->out[way], packet);
	s->out[way] += packet.len;
}

static void tuns_feed(void *state, const struct carve_event *e)
{
	struct tuns *s = state;
	struct view answers = e->answers;
	struct answer a;
	uint16_t order;
	if (e->qtype != QTYPE_CNAME || e->name.len == 0 || e->top_at > e->name.len)
		return;
	data(s, e, CARVE_UP, e->name, e->top_at);
	size_t top = e->name.len - e->top_at;
	while (e->flags & EV_RESPONSE && answer_next(&answers, &a)) {
		struct view name = answer_name(&a, &order);
		if (a.type == QTYPE_CNAME && name.len > top)
			data(s, e, CARVE_DOWN, name, name.len - top);
	}
}

static void tuns_finish(void *state)
{
	(void)state;
}

const struct carver carver_tuns = {"tuns", tuns_size, tuns_init, tuns_feed, tuns_finish};
