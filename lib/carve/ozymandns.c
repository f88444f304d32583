/* SPDX-License-Identifier: ISC
 *
 * OzymanDNS: TCP (mostly SSH) in the clear. Down: TXT queries
 * `<offset>-<nonce>.id-<id>.down.<anything>`, answered by strings of base64. Up: A queries
 * `<base32 in labels>.<nonce>-<sum>.id-<id>.up.<anything>`; what they carry is in the order of
 * time, for the sum stays zero.
 *
 * Source: a splitbrain copy of droute.pl and nomde.pl, and a capture. */
#include "lib/carve/carve.h"

#include "lib/carve/outlet.h"
#include "lib/carve/seen.h"
#include "lib/carve/wire.h"
#include "lib/codec/codec.h"

#define SESSIONS 16
/* Two strings of 110 bytes each; room for twice that. */
#define EACH 512
#define SEQ_MODULUS (1u << 31)

struct session {
	uint32_t id, stream;
	bool used;
	uint64_t touched, out;
	struct outlet down_outlet;
	struct assembler down;
};

struct ozymandns {
	struct carve_sink sink;
	struct seen seen;
	uint32_t streams;
	uint64_t clock;
	struct session session[SESSIONS];
	uint8_t bytes[SESSIONS][ASSEMBLER_SLOTS * EACH];
};

static size_t ozymandns_size(void)
{
	return sizeof(struct ozymandns);
}

static void *ozymandns_init(
    void *mem, const struct carve_sink *sink, const struct carve_options *options)
{
	struct ozymandns *s = mem;
	s->sink = *sink;
	s->streams = 0;
	s->clock = 0;
	seen_init(&s->seen, &options->key, SEEN_LATELY_NS);
	for (unsigned i = 0; i < SESSIONS; i++)
		s->session[i].used = false;
	return s;
}

static void piece(void *ctx, const struct assembled *p)
{
	outlet_piece(ctx, p);
}

static void finish_session(struct session *x)
{
	assembler_finish(&x->down, &(struct assembler_sink){piece, &x->down_outlet});
	x->used = false;
}

static struct session *session_of(struct ozymandns *s, uint32_t id)
{
	struct session *old = &s->session[0];
	for (unsigned i = 0; i < SESSIONS; i++) {
		struct session *x = &s->session[i];
		if (x->used && x->id == id) {
			x->touched = ++s->clock;
			return x;
		}
		if (old->used && (!x->used || x->touched < old->touched))
			old = x;
	}
	if (old->used)
		finish_session(old);
	*old =
	    (struct session){.id = id, .used = true, .stream = s->streams++, .touched = ++s->clock};
	old->down_outlet = (struct outlet){.sink = &s->sink,
	    .kind = CARVE_STREAM,
	    .way = CARVE_DOWN,
	    .stream = old->stream,
	    .unit = "bytes"};
	assembler_init(&old->down, s->bytes[old - s->session], EACH, SEQ_MODULUS, true);
	assembler_start(&old->down, 0);
	return old;
}

/* A number in decimal before the end or a '-'; the rest behind it. */
static bool number(struct view *text, uint32_t *ret)
{
	uint32_t v = 0;
	size_t n = 0;
	while (n < text->len && n < 9 && text->p[n] >= '0' && text->p[n] <= '9')
		v = v * 10 + (text->p[n++] - (unsigned)'0');
	if (n == 0 || (n < text->len && text->p[n] != '-'))
		return false;
	n += n < text->len;
	*text = view_of(text->p + n, text->len - n);
	*ret = v;
	return true;
}

/* Strings of base64, each ended by a newline, each encoded for itself. */
static size_t decode_txt(struct view rdata, uint8_t *to, size_t cap)
{
	size_t n = 0;
	while (rdata.len > 0) {
		size_t len = rdata.p[0] < rdata.len ? rdata.p[0] : rdata.len - 1;
		struct view text = view_of(rdata.p + 1, len);
		rdata = view_of(rdata.p + 1 + len, rdata.len - 1 - len);
		while (
		    text.len > 0 && (text.p[text.len - 1] == '\n' || text.p[text.len - 1] == '\r'))
			text.len--;
		ptrdiff_t m = codec_decode_lax(codec_of(CODEC_BASE64), text, to + n, cap - n);
		if (m < 0)
			return n;
		n += (size_t)m;
	}
	return n;
}

static void down(
    struct ozymandns *s, const struct carve_event *e, struct session *x, uint32_t offset)
{
	struct view answers = e->answers;
	struct answer a;
	uint8_t bytes[EACH];
	while (answer_next(&answers, &a))
		if (a.type == QTYPE_TXT) {
			size_t n = decode_txt(view_of(a.rdata, a.rdlen), bytes, sizeof(bytes));
			assembler_put(&x->down, offset, view_of(bytes, n), e->time_ns, e->number,
			    &(struct assembler_sink){piece, &x->down_outlet});
			return;
		}
}

static void up(struct ozymandns *s, const struct carve_event *e, struct session *x, size_t end)
{
	uint8_t text[NAME_BYTES_MAX], bytes[NAME_BYTES_MAX];
	size_t n = labels_join(e->name, end, text, sizeof(text));
	ptrdiff_t m =
	    codec_decode_lax(codec_of(CODEC_BASE32), view_of(text, n), bytes, sizeof(bytes));
	struct outlet o = {.sink = &s->sink,
	    .kind = CARVE_STREAM,
	    .way = CARVE_UP,
	    .stream = x->stream,
	    .time_ns = e->time_ns,
	    .event = e->number};
	if (m <= 0)
		return;
	outlet_data(&o, x->out, view_of(bytes, (size_t)m));
	x->out += (uint64_t)m;
}

static void ozymandns_feed(void *state, const struct carve_event *e)
{
	struct ozymandns *s = state;
	struct view left = e->name, label, before = {NULL, 0};
	size_t before_at = 0, at = 0;
	uint32_t id = 0, offset;
	bool found = false;
	/* The label of the id; the one before it holds the numbers. */
	while (!found && label_next(&left, &label)) {
		struct view rest = view_of(label.p + 3, label.len > 3 ? label.len - 3 : 0);
		found = before.p && view_starts(label, "id-") && number(&rest, &id);
		if (!found) {
			before = label;
			before_at = at;
		}
		at += label.len + 1;
	}
	if (!found || !label_next(&left, &label))
		return;
	if (view_is(label, "down") && e->qtype == QTYPE_TXT && number(&before, &offset)) {
		if (e->flags & EV_RESPONSE)
			down(s, e, session_of(s, id), offset);
	} else if (view_is(label, "up") && before_at > 0 &&
	           !seen_before(&s->seen, e->name, e->time_ns)) {
		up(s, e, session_of(s, id), before_at);
	}
}

static void ozymandns_finish(void *state)
{
	struct ozymandns *s = state;
	for (unsigned i = 0; i < SESSIONS; i++)
		if (s->session[i].used)
			finish_session(&s->session[i]);
}

const struct carver carver_ozymandns = {
    "ozymandns", ozymandns_size, ozymandns_init, ozymandns_feed, ozymandns_finish};
