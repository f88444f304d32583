/* SPDX-License-Identifier: ISC
 *
 * DNS-Shell: commands come down in TXT in the clear, results go up as
 * `<random>.CMDC<count>`, `<random>.CMD<i>.<hex>` and `<random>.END`. Each command's result is a
 * stream of its own.
 *
 * Source: DNS-Shell's README and payload. */
#include "lib/carve/carve.h"

#include "lib/carve/assembler.h"
#include "lib/carve/outlet.h"
#include "lib/carve/seen.h"
#include "lib/carve/wire.h"
#include "lib/codec/codec.h"

#define EACH 128

struct dns_shell {
	struct carve_sink sink;
	struct seen seen;
	bool open;
	uint32_t streams;
	struct outlet outlet;
	struct assembler chunks;
	uint8_t bytes[ASSEMBLER_SLOTS * EACH];
};

static size_t dns_shell_size(void)
{
	return sizeof(struct dns_shell);
}

static void *dns_shell_init(
    void *mem, const struct carve_sink *sink, const struct carve_options *options)
{
	struct dns_shell *s = mem;
	s->sink = *sink;
	s->open = false;
	s->streams = 0;
	seen_init(&s->seen, &options->key, SEEN_LATELY_NS);
	return s;
}

static void piece(void *ctx, const struct assembled *p)
{
	outlet_piece(ctx, p);
}

static void finish_result(struct dns_shell *s)
{
	if (s->open)
		assembler_finish(&s->chunks, &(struct assembler_sink){piece, &s->outlet});
	s->open = false;
}

static void begin_result(struct dns_shell *s)
{
	finish_result(s);
	s->open = true;
	s->outlet = (struct outlet){.sink = &s->sink,
	    .kind = CARVE_STREAM,
	    .way = CARVE_UP,
	    .stream = s->streams++,
	    .unit = "chunks"};
	assembler_init(&s->chunks, s->bytes, EACH, 65536, false);
}

static void result(
    struct dns_shell *s, const struct carve_event *e, struct view kind, struct view left)
{
	struct view hex;
	uint8_t bytes[EACH];
	uint32_t number;
	if (view_starts(kind, "CMDC")) {
		begin_result(s);
		return;
	}
	if (view_is(kind, "END")) {
		finish_result(s);
		return;
	}
	if (!view_starts(kind, "CMD") ||
	    !decimal_read(view_of(kind.p + 3, kind.len - 3), 6, &number) ||
	    !label_next(&left, &hex))
		return;
	ptrdiff_t n = codec_decode_lax(codec_of(CODEC_HEX), hex, bytes, sizeof(bytes));
	if (n < 0)
		return;
	if (!s->open)
		begin_result(s);
	/* Chunks are counted from 0 or from 1. */
	if (!s->chunks.known && number <= 1)
		assembler_start(&s->chunks, number);
	assembler_put(&s->chunks, number, view_of(bytes, (size_t)n), e->time_ns, e->number,
	    &(struct assembler_sink){piece, &s->outlet});
}

static void command(struct dns_shell *s, const struct carve_event *e)
{
	struct view answers = e->answers;
	struct answer a;
	uint8_t text[ANSWER_TEXT_MAX];
	while (answer_next(&answers, &a)) {
		if (a.type != QTYPE_TXT)
			continue;
		size_t n = txt_join(view_of(a.rdata, a.rdlen), text, sizeof(text));
		struct outlet o = {.sink = &s->sink,
		    .way = CARVE_DOWN,
		    .stream = s->streams,
		    .time_ns = e->time_ns,
		    .event = e->number};
		if (n > 0 && !view_is(view_of(text, n), "NoCMD"))
			outlet_text(&o, "command", view_of(text, n));
		return;
	}
}

static void dns_shell_feed(void *state, const struct carve_event *e)
{
	struct dns_shell *s = state;
	struct view left = e->name, random, kind;
	if (e->name.len == 0)
		return;
	if (e->qtype == QTYPE_TXT && e->flags & EV_RESPONSE &&
	    !seen_before(&s->seen, e->name, e->time_ns))
		command(s, e);
	if (e->qtype != QTYPE_A || !label_next(&left, &random) || !label_next(&left, &kind) ||
	    seen_before(&s->seen, e->name, e->time_ns))
		return;
	result(s, e, kind, left);
}

static void dns_shell_finish(void *state)
{
	finish_result(state);
}

const struct carver carver_dns_shell = {
    "dns-shell", dns_shell_size, dns_shell_init, dns_shell_feed, dns_shell_finish};
