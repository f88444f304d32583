/* SPDX-License-Identifier: ISC
 *
 * dnsteal: up to four labels of base64 (with '*' for '+'), each ending in '-', then the file's
 * name in place of a domain. There is no counter: names come in the order of time, and what is
 * lost is not told by anything but the decoding. Files may be gzipped.
 *
 * Source: dnsteal.py. */
#include "lib/carve/carve.h"

#include "lib/carve/blocks.h"
#include "lib/carve/outlet.h"
#include "lib/carve/seen.h"
#include "lib/carve/wire.h"

#define FILES 16

struct file {
	uint64_t id; /* hash of its name; 0: free */
	uint32_t number;
	uint64_t out, touched, event;
	int64_t time_ns;
	struct blocks blocks;
};

struct dnsteal {
	struct carve_sink sink;
	struct hash_key key;
	struct seen seen;
	uint32_t files;
	uint64_t clock;
	struct file file[FILES];
};

static size_t dnsteal_size(void)
{
	return sizeof(struct dnsteal);
}

static void *dnsteal_init(
    void *mem, const struct carve_sink *sink, const struct carve_options *options)
{
	struct dnsteal *s = mem;
	s->sink = *sink;
	s->key = options->key;
	s->files = 0;
	s->clock = 0;
	seen_init(&s->seen, &options->key, SEEN_LATELY_NS);
	for (unsigned i = 0; i < FILES; i++)
		s->file[i].id = 0;
	return s;
}

static struct outlet outlet_of(const struct dnsteal *s, const struct file *f)
{
	return (struct outlet){.sink = &s->sink,
	    .kind = CARVE_FILE,
	    .way = CARVE_UP,
	    .stream = f->number,
	    .time_ns = f->time_ns,
	    .event = f->event};
}

static void finish_file(struct dnsteal *s, struct file *f)
{
	uint8_t bytes[BLOCKS_OUT];
	struct outlet o = outlet_of(s, f);
	outlet_data(&o, f->out, view_of(bytes, blocks_end(&f->blocks, bytes)));
	f->id = 0;
}

/* The labels of a name as text with dots, without what ends in '-'. */
static size_t file_name(struct view wire, uint8_t *to)
{
	struct view label;
	size_t n = 0;
	while (label_next(&wire, &label)) {
		if (n > 0)
			to[n++] = '.';
		memcpy(to + n, label.p, label.len);
		n += label.len;
	}
	return n;
}

static struct file *file_of(struct dnsteal *s, const struct carve_event *e, struct view name_wire)
{
	uint64_t id = hash_bytes(&s->key, name_wire.p, name_wire.len) | 1;
	struct file *old = &s->file[0];
	uint8_t name[NAME_BYTES_MAX];
	for (unsigned i = 0; i < FILES; i++) {
		struct file *f = &s->file[i];
		if (f->id == id)
			return f;
		if (old->id && (!f->id || f->touched < old->touched))
			old = f;
	}
	if (old->id)
		finish_file(s, old);
	*old = (struct file){
	    .id = id, .number = s->files++, .time_ns = e->time_ns, .event = e->number};
	blocks_begin(&old->blocks, codec_of(CODEC_BASE64_STAR));
	struct outlet o = outlet_of(s, old);
	outlet_text(&o, "filename", view_of(name, file_name(name_wire, name)));
	return old;
}

static void dnsteal_feed(void *state, const struct carve_event *e)
{
	struct dnsteal *s = state;
	struct view left = e->name, label, rest = e->name;
	uint8_t text[NAME_BYTES_MAX], bytes[BLOCKS_OUT];
	size_t n = 0;
	while (label_next(&left, &label) && label.p[label.len - 1] == '-') {
		memcpy(text + n, label.p, label.len - 1);
		n += label.len - 1;
		rest = left;
	}
	if (n == 0 || rest.len < 2 || !(e->flags & EV_CASE_KNOWN) ||
	    codec_decode_lax(codec_of(CODEC_BASE64_STAR), view_of(text, n), bytes, sizeof(bytes)) <
	        0 ||
	    seen_before(&s->seen, e->name, e->time_ns))
		return;
	struct file *f = file_of(s, e, rest);
	f->touched = ++s->clock;
	f->time_ns = e->time_ns;
	f->event = e->number;
	struct outlet o = outlet_of(s, f);
	size_t m = blocks_put(&f->blocks, view_of(text, n), bytes);
	outlet_data(&o, f->out, view_of(bytes, m));
	f->out += m;
}

static void dnsteal_finish(void *state)
{
	struct dnsteal *s = state;
	for (unsigned i = 0; i < FILES; i++)
		if (s->file[i].id)
			finish_file(s, &s->file[i]);
}

const struct carver carver_dnsteal = {
    "dnsteal", dnsteal_size, dnsteal_init, dnsteal_feed, dnsteal_finish};
