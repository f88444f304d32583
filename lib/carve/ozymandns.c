/* SPDX-License-Identifier: ISC
 *
 * OzymanDNS: TCP (mostly SSH) in the clear. Down: TXT queries
 * `<offset>-<nonce>.id-<id>.down.<anything>`, answered by strings of base64. Up: A queries
 * `<base32 in labels>.<nonce>-<sum>.id-<id>.up.<anything>`; what they carry is in the order of
 * time, for the sum stays zero.
 *
 * Source: a splitbrain copy of droute.pl and nomde.pl, and a capture. */
#include "lib/carve/carve.h"

#include "lib/carve/seen.h"
#include "lib/carve/sessions.h"
#include "lib/carve/wire.h"
#include "lib/codec/codec.h"

/* Two strings of 110 bytes each; room for twice that. */
#define EACH 512
#define SEQ_MODULUS (1u << 31)

struct ozymandns {
	struct carve_sink sink;
	struct seen seen;
	struct sessions sessions;
	uint64_t out[SESSIONS]; /* bytes up so far */
	uint8_t bytes[SESSIONS_BYTES(EACH)];
};

/* Nothing gives the order of what goes up but time. */
static const struct sessions_plan plan = {
    .modulus = SEQ_MODULUS, .by_bytes = true, .each = {0, EACH}, .unit = {NULL, "bytes"}};

static size_t ozymandns_size(void)
{
	return sizeof(struct ozymandns);
}

static void *ozymandns_init(
    void *mem, const struct carve_sink *sink, const struct carve_options *options)
{
	struct ozymandns *s = mem;
	s->sink = *sink;
	seen_init(&s->seen, &options->key, SEEN_LATELY_NS);
	sessions_init(&s->sessions, &plan, &s->sink, NULL, NULL, s->bytes);
	return s;
}

static struct session *session_of(struct ozymandns *s, uint32_t id)
{
	struct session *x = sessions_of(&s->sessions, id);
	if (!x->pieces[CARVE_DOWN].started) {
		assembler_start(&x->pieces[CARVE_DOWN], 0);
		s->out[x - s->sessions.at] = 0;
	}
	return x;
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
			sessions_put(&s->sessions, x, CARVE_DOWN, offset, view_of(bytes, n), e);
			return;
		}
}

static void up(struct ozymandns *s, const struct carve_event *e, struct session *x, size_t end)
{
	uint8_t text[NAME_BYTES_MAX], bytes[NAME_BYTES_MAX];
	size_t n = labels_join(e->name, end, text, sizeof(text));
	ptrdiff_t m =
	    codec_decode_lax(codec_of(CODEC_BASE32), view_of(text, n), bytes, sizeof(bytes));
	struct outlet o = x->outlet[CARVE_UP];
	uint64_t *out = &s->out[x - s->sessions.at];
	o.time_ns = e->time_ns;
	o.event = e->number;
	if (m <= 0)
		return;
	outlet_data(&o, *out, view_of(bytes, (size_t)m));
	*out += (uint64_t)m;
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
	sessions_finish(&s->sessions);
}

const struct carver carver_ozymandns = {
    "ozymandns", ozymandns_size, ozymandns_init, ozymandns_feed, ozymandns_finish};
