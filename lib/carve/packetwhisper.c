/* SPDX-License-Identifier: ISC
 *
 * PacketWhisper: one character of base64 in each name, by a code book. Names have no counter, so
 * their order is that of time and a missing one cannot be seen; nslookup asks for A and AAAA, so
 * each comes at least twice. Books with random tails never repeat a name, the one with titles
 * never the same name twice in a row. The padding ends a file; one whose length is a multiple of
 * three has none and ends with its book.
 *
 * Source: PacketWhisper's packetWhisper.py and cloakify.py. */
#include "lib/carve/carve.h"

#include "lib/carve/blocks.h"
#include "lib/carve/outlet.h"
#include "lib/carve/seen.h"
#include "lib/codec/codebook.h"

/* Each book is followed by itself: a tool at work uses one. */
struct whisper {
	bool open, padded;
	uint64_t out, last; /* bytes so far; hash of the last name */
	struct outlet outlet;
	struct blocks blocks;
};

struct packetwhisper {
	struct carve_sink sink;
	struct hash_key key;
	struct seen seen;
	uint32_t files;
	struct whisper books[CODEBOOK_COUNT];
};

static size_t packetwhisper_size(void)
{
	return sizeof(struct packetwhisper);
}

static void *packetwhisper_init(
    void *mem, const struct carve_sink *sink, const struct carve_options *options)
{
	struct packetwhisper *s = mem;
	s->sink = *sink;
	s->key = options->key;
	s->files = 0;
	memset(s->books, 0, sizeof(s->books));
	seen_init(&s->seen, &options->key, SEEN_LATELY_NS);
	return s;
}

static void end_file(struct whisper *w)
{
	uint8_t bytes[BLOCKS_OUT];
	if (!w->open)
		return;
	size_t n = blocks_end(&w->blocks, bytes);
	outlet_data(&w->outlet, w->out, view_of(bytes, n));
	w->open = false;
}

static void begin_file(
    struct packetwhisper *s, struct whisper *w, enum codebook_id book, const struct carve_event *e)
{
	w->open = true;
	w->padded = false;
	w->out = 0;
	w->outlet = (struct outlet){.sink = &s->sink,
	    .kind = CARVE_FILE,
	    .way = CARVE_UP,
	    .stream = s->files++,
	    .time_ns = e->time_ns,
	    .event = e->number};
	blocks_begin(&w->blocks, codec_of(CODEC_BASE64));
	outlet_text(&w->outlet, "codebook", view_str(codebook_name(book)));
	outlet_text(&w->outlet, "order", view_str("time"));
}

static void packetwhisper_feed(void *state, const struct carve_event *e)
{
	struct packetwhisper *s = state;
	enum codebook_id book;
	uint8_t bytes[BLOCKS_OUT];
	char c = codebook_read(e->name, &book);
	if (!c)
		return;
	struct whisper *w = &s->books[book];
	if (book == CODEBOOK_YOYODYNE) {
		uint64_t hash = hash_bytes(&s->key, e->name.p, e->name.len);
		if (hash == w->last)
			return;
		w->last = hash;
	} else if (seen_before(&s->seen, e->name, e->time_ns)) {
		return;
	}
	if (w->open && w->padded && c != '=')
		end_file(w);
	if (!w->open)
		begin_file(s, w, book, e);
	w->outlet.time_ns = e->time_ns;
	w->outlet.event = e->number;
	w->padded = c == '=';
	if (w->padded)
		return;
	size_t n = blocks_put(&w->blocks, view_of(&c, 1), bytes);
	outlet_data(&w->outlet, w->out, view_of(bytes, n));
	w->out += n;
}

static void packetwhisper_finish(void *state)
{
	struct packetwhisper *s = state;
	for (unsigned i = 0; i < CODEBOOK_COUNT; i++)
		end_file(&s->books[i]);
}

const struct carver carver_packetwhisper = {"packetwhisper", packetwhisper_size, packetwhisper_init,
    packetwhisper_feed, packetwhisper_finish};
