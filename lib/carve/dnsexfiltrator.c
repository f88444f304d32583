/* SPDX-License-Identifier: ISC
 *
 * DNSExfiltrator: a greeting `init.<base32 of name|chunks>.<encoding>`, then one query for each
 * chunk, `<number>.<text>`. The text is one encoding (base64url or base32) of one RC4 stream over
 * a ZIP file; with the password the ZIP comes out, without it the name, the number of chunks and
 * the encrypted bytes.
 *
 * Source: dnsexfiltrator.py. */
#include "lib/carve/carve.h"

#include <nettle/arcfour.h>

#include "lib/carve/assembler.h"
#include "lib/carve/blocks.h"
#include "lib/carve/outlet.h"
#include "lib/carve/wire.h"

#define EACH NAME_BYTES_MAX
#define SEQ_MODULUS (1u << 31)
#define INIT_MAX NAME_BYTES_MAX
/* Running the key stream over a hole costs time. Behind a larger one the password is of no use. */
#define MISSING_MAX 4096

struct dnsexfiltrator {
	struct carve_sink sink;
	struct view password;
	bool open;
	bool out_of_step; /* the key stream was not followed over a hole */
	uint64_t unread;  /* chunks since then */
	uint32_t files;
	uint64_t out;     /* bytes of the file */
	uint64_t through; /* bytes of the key stream used */
	size_t full;      /* symbols of a full chunk */
	const struct codec *codec;
	struct blocks blocks;
	struct arcfour_ctx cipher;
	struct outlet outlet;
	struct assembler chunks;
	size_t init_len;
	uint8_t init[INIT_MAX]; /* the greeting's labels: the same again is a copy */
	uint8_t bytes[ASSEMBLER_SLOTS * EACH];
};

static size_t dnsexfiltrator_size(void)
{
	return sizeof(struct dnsexfiltrator);
}

static void *dnsexfiltrator_init(
    void *mem, const struct carve_sink *sink, const struct carve_options *options)
{
	struct dnsexfiltrator *s = mem;
	s->sink = *sink;
	s->password = options->password;
	if (s->password.len > ARCFOUR_MAX_KEY_SIZE)
		s->password.len = ARCFOUR_MAX_KEY_SIZE;
	s->open = false;
	s->files = 0;
	s->init_len = 0;
	return s;
}

static void plain_out(struct dnsexfiltrator *s, uint8_t *bytes, size_t n)
{
	if (s->password.len > 0)
		arcfour_crypt(&s->cipher, n, bytes, bytes);
	s->through += n;
	outlet_data(&s->outlet, s->out, view_of(bytes, n));
	s->out += n;
}

/* The key stream goes on over what is missing, up to where the text is in step again. */
static void skip(struct dnsexfiltrator *s, uint64_t missing)
{
	uint8_t bytes[BLOCKS_OUT];
	plain_out(s, bytes, blocks_end(&s->blocks, bytes));
	outlet_gap(&s->outlet, s->out, missing);
	if (missing > MISSING_MAX && s->password.len > 0) {
		s->out_of_step = true;
		outlet_text(&s->outlet, "unrecoverable",
		    view_str("what stands behind a hole of more than 4096 chunks"));
		return;
	}
	blocks_skip(&s->blocks, missing * s->full);
	uint64_t to = (s->blocks.symbols + 7) / 8 * s->codec->bits;
	for (uint64_t left = to > s->through ? to - s->through : 0;
	     left > 0 && s->password.len > 0;) {
		size_t n = left < sizeof(bytes) ? (size_t)left : sizeof(bytes);
		memset(bytes, 0, n);
		arcfour_crypt(&s->cipher, n, bytes, bytes);
		left -= n;
	}
	s->through = to;
}

static void piece(void *ctx, const struct assembled *p)
{
	struct dnsexfiltrator *s = ctx;
	uint8_t bytes[BLOCKS_OUT];
	s->outlet.time_ns = p->time_ns;
	s->outlet.event = p->event;
	if (s->out_of_step) {
		s->unread += p->gap ? p->missing : 1;
		return;
	}
	if (p->gap) {
		skip(s, p->missing);
		return;
	}
	if (p->data.len > s->full)
		s->full = p->data.len;
	plain_out(s, bytes, blocks_put(&s->blocks, p->data, bytes));
}

static void finish_file(struct dnsexfiltrator *s)
{
	uint8_t bytes[BLOCKS_OUT];
	if (!s->open)
		return;
	assembler_finish(&s->chunks, &(struct assembler_sink){piece, s});
	if (s->out_of_step)
		outlet_gap(&s->outlet, s->out, s->unread);
	else
		plain_out(s, bytes, blocks_end(&s->blocks, bytes));
	s->open = false;
}

static void begin_file(struct dnsexfiltrator *s, const struct carve_event *e, bool base32)
{
	finish_file(s);
	s->open = true;
	s->out_of_step = false;
	s->unread = 0;
	s->out = s->through = s->full = 0;
	s->codec = codec_of(base32 ? CODEC_BASE32 : CODEC_BASE64URL);
	blocks_begin(&s->blocks, s->codec);
	assembler_init(&s->chunks, s->bytes, EACH, SEQ_MODULUS, false);
	assembler_start(&s->chunks, 0);
	s->outlet = (struct outlet){.sink = &s->sink,
	    .kind = CARVE_FILE,
	    .way = CARVE_UP,
	    .stream = s->files++,
	    .time_ns = e->time_ns,
	    .event = e->number,
	    .unit = "chunks"};
	if (s->password.len > 0)
		arcfour_set_key(&s->cipher, s->password.len, s->password.p);
	else
		outlet_text(&s->outlet, "encrypted", view_str("RC4 of a ZIP file"));
}

/* init.<base32>.<encoding> */
static void greeting(struct dnsexfiltrator *s, const struct carve_event *e, struct view left)
{
	struct view label;
	uint8_t text[NAME_BYTES_MAX], plain[NAME_BYTES_MAX];
	size_t n = 0;
	bool base32 = false;
	/* The encoding is the last label below the domain. */
	while (label_next(&left, &label)) {
		if (view_is(label, "base32") || view_is(label, "BASE32") ||
		    view_is(label, "base64") || view_is(label, "BASE64")) {
			base32 = label.p[4] == '3';
			break;
		}
		memcpy(text + n, label.p, label.len);
		n += label.len;
	}
	ptrdiff_t m =
	    codec_decode_lax(codec_of(CODEC_BASE32), view_of(text, n), plain, sizeof(plain));
	const uint8_t *bar = m > 0 ? memchr(plain, '|', (size_t)m) : NULL;
	if (!bar || (s->open && s->init_len == n && memcmp(s->init, text, n) == 0 &&
	                s->chunks.next < SEQ_MODULUS + 1))
		return;
	memcpy(s->init, text, n);
	s->init_len = n;
	begin_file(s, e, base32);
	size_t name = (size_t)(bar - plain);
	outlet_text(&s->outlet, "filename", view_of(plain, name));
	outlet_text(&s->outlet, "chunks", view_of(bar + 1, (size_t)m - name - 1));
}

static void dnsexfiltrator_feed(void *state, const struct carve_event *e)
{
	struct dnsexfiltrator *s = state;
	struct view left = e->name, first;
	uint8_t text[NAME_BYTES_MAX];
	uint32_t number;
	if (e->qtype != QTYPE_TXT || !label_next(&left, &first))
		return;
	if (view_is(first, "init") || view_is(first, "INIT")) {
		greeting(s, e, left);
		return;
	}
	size_t before = first.len + 1;
	if (!decimal_read(first, 8, &number) || e->top_at <= before)
		return;
	if (!s->open)
		begin_file(s, e, !(e->flags & EV_CASE_KNOWN));
	size_t n = labels_join(left, e->top_at - before, text, sizeof(text));
	assembler_put(&s->chunks, number, view_of(text, n), e->time_ns, e->number,
	    &(struct assembler_sink){piece, s});
}

static void dnsexfiltrator_finish(void *state)
{
	finish_file(state);
}

const struct carver carver_dnsexfiltrator = {"dnsexfiltrator", dnsexfiltrator_size,
    dnsexfiltrator_init, dnsexfiltrator_feed, dnsexfiltrator_finish};
