/* SPDX-License-Identifier: ISC
 *
 * Unknown tools: the names of a pair are kept, their layout and encoding found over all of them,
 * and their payload is put together in the order of the counter, else of time. Names that do not
 * fit are handed out as text. Every missing number of a counter is a gap.
 *
 * Two ways of cutting are told apart by whether every name decodes for itself: bytes that were
 * cut and then encoded, and text that was encoded and then cut. In the second, symbols are counted
 * through gaps, so that what follows one is decoded in step. */
#include "lib/carve/carve.h"

#include "lib/base/sort.h"
#include "lib/carve/answers.h"
#include "lib/carve/blocks.h"
#include "lib/carve/elect.h"
#include "lib/carve/layout.h"
#include "lib/carve/seen.h"
#include "lib/carve/wire.h"

/* One window of names; what does not fit into it goes into the next, as a file of its own. */
#define NAMES (1u << 18)
#define ARENA (32u << 20)
#define STRAYS 16
/* Fewer names say nothing of how long all are. */
#define FEW_NUMBERS 8

struct record {
	uint64_t group, counter;
	uint64_t event;
	int64_t time_ns;
	uint32_t name; /* its place in names[], which is the order of arrival */
	uint16_t len;  /* symbols of payload */
	bool fits;
};

struct generic {
	struct carve_sink sink;
	struct hash_key key;
	struct seen seen;
	uint32_t n, used, files;
	bool case_known;
	struct subdomain names[NAMES];
	struct record records[NAMES];
	uint64_t scratch[NAMES];
	uint8_t arena[ARENA];
	struct answers answers;
};

static size_t generic_size(void)
{
	return sizeof(struct generic);
}

static void *generic_init(
    void *mem, const struct carve_sink *sink, const struct carve_options *options)
{
	struct generic *s = mem;
	s->sink = *sink;
	s->key = options->key;
	s->n = 0;
	s->used = 0;
	s->files = 0;
	s->case_known = true;
	seen_init(&s->seen, &options->key, SEEN_LATELY_NS);
	answers_init(&s->answers, &options->key);
	return s;
}

static void tell(struct generic *s, const char *key, struct view data)
{
	const struct record *r = &s->records[0];
	s->sink.item(s->sink.ctx, &(struct carve_item){.kind = CARVE_TEXT,
	                              .stream = s->files,
	                              .time_ns = r->time_ns,
	                              .event = r->event,
	                              .key = key,
	                              .data = data});
}

static bool is_before(const void *a, const void *b, const void *ctx)
{
	const struct record *x = a, *y = b;
	(void)ctx;
	if (x->fits != y->fits)
		return x->fits;
	if (x->group != y->group)
		return x->group < y->group;
	if (x->counter != y->counter)
		return x->counter < y->counter;
	return x->name < y->name;
}

/* Putting one file together. */
struct file {
	struct generic *s;
	const struct layout *layout;
	int which;      /* encoding; -1: none known, the text itself */
	bool whole;     /* text was cut, not bytes */
	bool has_zeros; /* what a big number is short of a full name's bytes is zeroes */
	uint64_t out;   /* bytes */
	uint16_t
	    full; /* symbols of a full name; bytes, of a big number that has no leading zeroes */
	struct blocks blocks;
};

static void data_out(struct file *f, const struct record *r, struct view data)
{
	if (data.len == 0)
		return;
	f->s->sink.item(f->s->sink.ctx, &(struct carve_item){.kind = CARVE_FILE,
	                                    .stream = f->s->files,
	                                    .offset = f->out,
	                                    .time_ns = r->time_ns,
	                                    .event = r->event,
	                                    .data = data});
	f->out += data.len;
}

/* What waits is the end of the text before a gap, or of the file. */
static void end_of_text(struct file *f, const struct record *r)
{
	uint8_t bytes[BLOCKS_OUT];
	data_out(f, r, view_of(bytes, blocks_end(&f->blocks, bytes)));
}

static void gap_out(struct file *f, const struct record *r, uint64_t missing)
{
	if (f->whole) {
		end_of_text(f, r);
		blocks_skip(&f->blocks, missing * f->full);
	}
	f->s->sink.item(f->s->sink.ctx, &(struct carve_item){.kind = CARVE_GAP,
	                                    .stream = f->s->files,
	                                    .offset = f->out,
	                                    .missing = missing,
	                                    .time_ns = r->time_ns,
	                                    .event = r->event,
	                                    .key = "chunks"});
}

/* One name's text. */
static void text_out(struct file *f, const struct record *r, struct view text)
{
	uint8_t bytes[RADIX_MAX_SYMBOLS];
	if (f->which < 0) {
		data_out(f, r, text);
	} else if (f->whole) {
		data_out(f, r, view_of(bytes, blocks_put(&f->blocks, text, bytes)));
	} else {
		ptrdiff_t n = election_decode(f->which, text, bytes, sizeof(bytes));
		for (size_t i = n > 0 ? (size_t)n : 0; f->has_zeros && i < f->full; i++)
			data_out(f, r, view_of("", 1));
		data_out(f, r, view_of(bytes, n > 0 ? (size_t)n : 0));
	}
}

static bool record_text(
    const struct file *f, const struct record *r, uint8_t text[NAME_BYTES_MAX], size_t *ret_len)
{
	uint64_t counter, group;
	return layout_read(
	    f->layout, &f->s->names[r->name], &f->s->key, &counter, &group, text, ret_len);
}

/* Names of big numbers lose the zero bytes in front; all but the last are as long as the others,
 * when nearly all of them are. */
static void count_zeros(struct file *f, const struct record *r, size_t n)
{
	uint8_t text[NAME_BYTES_MAX], bytes[RADIX_MAX_SYMBOLS];
	size_t len, alike = 0;
	f->full = 0;
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i + 1 < n; i++) {
			ptrdiff_t m = -1;
			if (record_text(f, &r[i], text, &len))
				m = election_decode(
				    f->which, view_of(text, len), bytes, sizeof(bytes));
			if (m > (ptrdiff_t)f->full)
				f->full = (uint16_t)m;
			alike += pass == 1 && m == (ptrdiff_t)f->full;
		}
	f->has_zeros = n > FEW_NUMBERS && alike * 10 >= (n - 1) * 9;
}

static bool is_short_number(const struct file *f)
{
	return f->which >= GUESS_RADIX &&
	       !radix_of((enum radix_id)(f->which - GUESS_RADIX))->keep_zeros;
}

/* The records of one group, in order. */
static void file_out(struct file *f, const struct record *r, size_t n)
{
	uint8_t text[NAME_BYTES_MAX];
	size_t len;
	f->out = f->full = 0;
	if (f->whole)
		blocks_begin(&f->blocks, codec_of((enum codec_id)f->which));
	for (size_t i = 0; i < n; i++)
		if (r[i].len > f->full)
			f->full = r[i].len;
	if (is_short_number(f))
		count_zeros(f, r, n);
	if (f->layout->has_counter && r[0].counter > 1)
		gap_out(f, &r[0], 0);
	for (size_t i = 0; i < n; i++) {
		if (i > 0 && f->layout->has_counter) {
			if (r[i].counter == r[i - 1].counter)
				continue;
			if (r[i].counter - r[i - 1].counter > 1)
				gap_out(f, &r[i], r[i].counter - r[i - 1].counter - 1);
		}
		f->has_zeros &= i + 1 < n;
		if (record_text(f, &r[i], text, &len))
			text_out(f, &r[i], view_of(text, len));
	}
	if (f->whole)
		end_of_text(f, &r[n - 1]);
	f->s->files++;
}

static void tell_layout(struct generic *s, const struct layout *l, const char *encoding)
{
	char text[128];
	tell(s, "layout", view_of(text, layout_text(l, text, sizeof(text))));
	tell(s, "encoding", view_str(encoding));
	tell(s, "order", view_str(l->has_counter ? "counter" : "time"));
	if (!s->case_known)
		tell(s, "unrecoverable", view_str("the source lost the case of names"));
}

/* A name of another kind, as text with dots. */
static void stray(struct generic *s, const struct record *r)
{
	uint8_t text[NAME_BYTES_MAX];
	const struct subdomain *name = &s->names[r->name];
	struct view left = view_of(name->p, name->len);
	size_t n = 0;
	while (left.len > 0 && left.p[0] < left.len) {
		size_t len = left.p[0];
		if (n > 0)
			text[n++] = '.';
		memcpy(text + n, left.p + 1, len);
		n += len;
		left = view_of(left.p + 1 + len, left.len - 1 - len);
	}
	s->sink.item(s->sink.ctx, &(struct carve_item){.kind = CARVE_TEXT,
	                              .stream = s->files,
	                              .time_ns = r->time_ns,
	                              .event = r->event,
	                              .key = "other-name",
	                              .data = view_of(text, n)});
}

/* What reading all names under a layout came to. */
struct reading {
	int which;      /* encoding, or -1 */
	bool whole;     /* text was cut, not bytes */
	uint32_t fit;   /* names */
	uint32_t alone; /* names that decode for themselves */
};

/* Read every name under the layout and elect the encoding; say which names fit both. */
static struct reading read_all(struct generic *s, const struct layout *l)
{
	uint8_t text[NAME_BYTES_MAX], bytes[RADIX_MAX_SYMBOLS];
	size_t len;
	struct election v = {0};
	struct reading ret = {0};
	for (uint32_t i = 0; i < s->n; i++) {
		struct record *r = &s->records[i];
		r->fits = layout_read(l, &s->names[i], &s->key, &r->counter, &r->group, text, &len);
		r->len = r->fits ? (uint16_t)len : 0;
		ret.fit += r->fits;
		if (r->fits)
			election_add(&v, view_of(text, len), s->case_known);
	}
	ret.which = election_end(&v);
	if (ret.which < 0)
		return ret;
	ret.alone = v.decodes[ret.which];
	ret.whole =
	    ret.which < GUESS_RADIX && (uint64_t)ret.alone * 100 < (uint64_t)v.fits[ret.which] * 98;
	for (uint32_t i = 0; i < s->n; i++) {
		struct record *r = &s->records[i];
		if (r->fits &&
		    layout_read(l, &s->names[i], &s->key, &r->counter, &r->group, text, &len))
			r->fits = election_decode(
			              ret.which, view_of(text, len), bytes, sizeof(bytes)) >= 0;
	}
	return ret;
}

static void names_out(struct generic *s)
{
	struct layout l, other;
	struct file f = {.s = s, .layout = &l};
	layout_find(s->names, s->n, s->scratch, &s->key, &l);
	struct reading r = read_all(s, &l);
	if (layout_without_nonces(&l, &other)) {
		/* A nonce left in would spoil most names; one that is none is missed in most. */
		struct reading all = read_all(s, &other);
		if (all.which >= 0 && all.alone >= r.alone)
			l = other;
		r = read_all(s, &l);
	}
	f.which = r.which;
	f.whole = r.whole;
	tell_layout(s, &l, guess_name(f.which));
	sort_in_place(s->records, s->n, sizeof(s->records[0]), is_before, NULL);
	uint32_t from = 0, strays = 0;
	while (from < s->n && s->records[from].fits) {
		uint32_t to = from + 1;
		while (to < s->n && s->records[to].fits &&
		       s->records[to].group == s->records[from].group)
			to++;
		file_out(&f, s->records + from, to - from);
		from = to;
	}
	for (; from < s->n && strays < STRAYS; from++, strays++)
		stray(s, &s->records[from]);
}

static void flush(struct generic *s)
{
	if (s->n > 0)
		names_out(s);
	answers_flush(&s->answers, &s->sink, &s->files);
	s->n = 0;
	s->used = 0;
}

static void generic_feed(void *state, const struct carve_event *e)
{
	struct generic *s = state;
	if (e->name.len == 0)
		return;
	if (e->flags & EV_RESPONSE && e->answers.len > 0 && e->top_at <= e->name.len &&
	    !answers_put(&s->answers, e)) {
		flush(s);
		(void)answers_put(&s->answers, e);
	}
	if (e->top_at == 0 || e->top_at > e->name.len || seen_before(&s->seen, e->name, e->time_ns))
		return;
	if (!(e->flags & EV_CASE_KNOWN))
		s->case_known = false;
	if (s->n == NAMES || ARENA - s->used < e->top_at)
		flush(s);
	memcpy(s->arena + s->used, e->name.p, e->top_at);
	s->names[s->n] = (struct subdomain){s->arena + s->used, e->top_at};
	s->records[s->n] = (struct record){.event = e->number, .time_ns = e->time_ns, .name = s->n};
	s->used += e->top_at;
	s->n++;
}

static void generic_finish(void *state)
{
	flush(state);
}

const struct carver carver_generic = {
    "generic", generic_size, generic_init, generic_feed, generic_finish};
