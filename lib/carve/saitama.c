/* SPDX-License-Identifier: ISC
 *
 * Saitama: A queries of one label below one of three domains. The label ends in a counter, in
 * base 36 of an order of its own; for every query, its other characters are written in an alphabet
 * shuffled by a Mersenne Twister that the counter seeds. Results go up as message type, agent,
 * byte index (and the size, at 0) and base32; commands come down in the four bytes of answers to
 * queries that name the index they want.
 *
 * Source: fox-it's saitama-server (beacon.py, utils/encodings.py) and the log it comes with;
 * Matsumoto and Nishimura (1998) for the generator. */
#include "lib/carve/carve.h"

#include "lib/base/cursor.h"
#include "lib/carve/inflate.h"
#include "lib/carve/outlet.h"
#include "lib/carve/seen.h"
#include "lib/carve/wire.h"
#include "lib/codec/codec.h"

#define BASE 36
#define DIGITS 3
/* What an index of three digits reaches, and a last chunk. */
#define MESSAGE_MAX (BASE * BASE * BASE + 64)
#define PLAIN_MAX (1u << 20)
/* A full chunk is 12 bytes. */
#define CHUNK_SYMBOLS 20
#define DEFLATED 61

enum message { SEND = 1, RECEIVE = 2, SEND_AND_RECEIVE = 3 };
enum task { STATIC = 43, CMD = 70, CMD_DEFLATED = 71, FILE_DOWN = 95, FILE_DEFLATED = 96 };

/* A message one way: its bytes by index. */
struct pending {
	bool open;
	uint32_t size, got;
	uint32_t stream;
	int64_t time_ns;
	uint64_t event;
	uint8_t have[MESSAGE_MAX];
	uint8_t bytes[MESSAGE_MAX];
};

struct saitama {
	struct carve_sink sink;
	struct seen names;
	unsigned agent, agent_digits; /* digits 0: not known yet */
	uint32_t streams;
	struct pending way[2];
	struct inflater inflater;
	uint8_t plain[PLAIN_MAX];
};

static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
static const char counter_digits[] = "razupgnv2w01eos4t38h7yqidxmkljc6b9f5";

static size_t saitama_size(void)
{
	return sizeof(struct saitama);
}

static void *saitama_init(
    void *mem, const struct carve_sink *sink, const struct carve_options *options)
{
	struct saitama *s = mem;
	s->sink = *sink;
	seen_init(&s->names, &options->key, SEEN_LATELY_NS);
	s->agent = s->agent_digits = 0;
	s->streams = 0;
	s->way[0].open = s->way[1].open = false;
	return s;
}

static struct outlet outlet_of(const struct saitama *s, enum carve_way way)
{
	const struct pending *p = &s->way[way];
	return (struct outlet){.sink = &s->sink,
	    .kind = CARVE_STREAM,
	    .way = way,
	    .stream = p->stream,
	    .time_ns = p->time_ns,
	    .event = p->event,
	    .unit = "bytes"};
}

/* The alphabet of a counter: letters drawn one after the other, without putting back. Of the
 * generator's first outputs only so much state is needed. */
static void shuffle(uint32_t seed, char to[BASE])
{
	enum { SHIFT = 397 };
	uint32_t state[BASE + SHIFT];
	char left[BASE];
	state[0] = seed;
	for (uint32_t i = 1; i < BASE + SHIFT; i++)
		state[i] = 1812433253u * (state[i - 1] ^ state[i - 1] >> 30) + i;
	memcpy(left, letters, BASE);
	for (uint32_t i = 0, n = BASE; i < BASE; i++, n--) {
		uint32_t x = (state[i] & 0x80000000u) | (state[i + 1] & 0x7fffffffu);
		uint32_t y = state[i + SHIFT] ^ x >> 1 ^ (x & 1 ? 0x9908b0dfu : 0);
		y ^= y >> 11;
		y ^= y << 7 & 0x9d2c5680u;
		y ^= y << 15 & 0xefc60000u;
		y ^= y >> 18;
		uint32_t at = y % n;
		to[i] = left[at];
		memmove(left + at, left + at + 1, n - at - 1);
	}
}

static int index_in(const char *alphabet, uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		c |= 0x20;
	const char *at = memchr(alphabet, c, BASE);
	return at ? (int)(at - alphabet) : -1;
}

/* The label without its counter, its characters as values 0 to 35. Counters of one and two digits
 * are the first 1296 of 46656: not told apart from the rest, and passed over. */
static size_t values_of(struct view label, uint8_t to[64])
{
	char alphabet[BASE];
	uint32_t counter = 0;
	if (label.len <= DIGITS || label.len > 63)
		return 0;
	for (size_t i = label.len - DIGITS; i < label.len; i++) {
		int d = index_in(counter_digits, label.p[i]);
		if (d < 0)
			return 0;
		counter = counter * BASE + (uint32_t)d;
	}
	shuffle(counter, alphabet);
	for (size_t i = 0; i < label.len - DIGITS; i++) {
		int d = index_in(alphabet, label.p[i]);
		if (d < 0)
			return 0;
		to[i] = (uint8_t)d;
	}
	return label.len - DIGITS;
}

static unsigned number(const uint8_t *values, size_t n)
{
	unsigned v = 0;
	for (size_t i = 0; i < n; i++)
		v = v * BASE + values[i];
	return v;
}

/* Hand out a result whose every byte is there. */
static void whole_result(struct saitama *s, const struct pending *p)
{
	struct outlet o = outlet_of(s, CARVE_UP);
	struct view rest = view_of(p->bytes + 1, p->size - 1);
	if (p->bytes[0] == DEFLATED) {
		ptrdiff_t n =
		    inflate_all(&s->inflater, INFLATE_RAW, rest, s->plain, sizeof(s->plain));
		if (n >= 0)
			rest = view_of(s->plain, (size_t)n);
		else
			outlet_text(&o, "packed", view_str("raw deflate that does not inflate"));
	}
	outlet_data(&o, 0, rest);
}

/* What there is of one, with its gaps; packed data stay packed. */
static void partial(struct saitama *s, const struct pending *p, enum carve_way way)
{
	struct outlet o = outlet_of(s, way);
	uint64_t out = 0;
	if (p->have[0] && p->bytes[0] == DEFLATED && way == CARVE_UP)
		outlet_text(&o, "packed", view_str("raw deflate behind the first byte"));
	for (uint32_t i = 0, to; i < p->size; i = to) {
		for (to = i; to < p->size && p->have[to] == p->have[i]; to++)
			;
		if (p->have[i]) {
			outlet_data(&o, out, view_of(p->bytes + i, to - i));
			out += to - i;
		} else {
			outlet_gap(&o, out, to - i);
		}
	}
}

/* A command whose every byte is there: its kind and the rest. */
static void whole_command(struct saitama *s, const struct pending *p)
{
	struct outlet o = outlet_of(s, CARVE_DOWN);
	struct view rest = view_of(p->bytes + 1, p->size - 1);
	uint8_t task = p->bytes[0];
	if (task == CMD_DEFLATED || task == FILE_DEFLATED) {
		ptrdiff_t n =
		    inflate_all(&s->inflater, INFLATE_RAW, rest, s->plain, sizeof(s->plain));
		if (n >= 0)
			rest = view_of(s->plain, (size_t)n);
	}
	if (task == CMD || task == CMD_DEFLATED || task == STATIC)
		outlet_text(&o, "command", rest);
	else
		outlet_data(&o, 0, rest);
}

static void finish(struct saitama *s, enum carve_way way)
{
	struct pending *p = &s->way[way];
	if (!p->open)
		return;
	p->open = false;
	if (p->got < p->size)
		partial(s, p, way);
	else if (way == CARVE_UP)
		whole_result(s, p);
	else
		whole_command(s, p);
}

static void begin(struct saitama *s, enum carve_way way, uint32_t size)
{
	struct pending *p = &s->way[way];
	finish(s, way);
	if (size == 0 || size > MESSAGE_MAX)
		return;
	p->open = true;
	p->size = size;
	p->got = 0;
	p->stream = s->streams++;
	memset(p->have, 0, size);
}

static void put(struct saitama *s, const struct carve_event *e, enum carve_way way, unsigned at,
    struct view data)
{
	struct pending *p = &s->way[way];
	for (size_t i = 0; i < data.len && p->open && at + i < p->size; i++) {
		p->got += !p->have[at + i];
		p->have[at + i] = 1;
		p->bytes[at + i] = data.p[i];
	}
	p->time_ns = e->time_ns;
	p->event = e->number;
	if (p->open && p->got == p->size)
		finish(s, way);
}

static void send(struct saitama *s, const struct carve_event *e, const uint8_t *values, size_t n)
{
	char text[64];
	uint8_t bytes[64];
	size_t from = DIGITS;
	if (n < DIGITS)
		return;
	unsigned at = number(values, DIGITS);
	if (at == 0) {
		if (n < 2 * (size_t)DIGITS)
			return;
		begin(s, CARVE_UP, number(values + DIGITS, DIGITS));
		from = 2 * (size_t)DIGITS;
	}
	for (size_t i = from; i < n; i++)
		text[i - from] = letters[values[i]];
	ptrdiff_t m =
	    codec_decode_lax(codec_of(CODEC_BASE32), view_of(text, n - from), bytes, sizeof(bytes));
	if (m > 0)
		put(s, e, CARVE_UP, at, view_of(bytes, (size_t)m));
}

/* The four bytes of the first A record. */
static bool address_of(struct view answers, struct view *ret)
{
	struct answer a;
	while (answer_next(&answers, &a))
		if (a.type == QTYPE_A && a.rdlen == 4) {
			*ret = view_of(a.rdata, 4);
			return true;
		}
	return false;
}

/* How many digits the agent's number takes: from a name that carries a full chunk, behind a
 * header of one or two indices. */
static void learn_agent(
    struct saitama *s, const struct carve_event *e, const uint8_t *values, size_t n)
{
	char id[8];
	for (unsigned digits = 1; digits <= 2; digits++)
		for (unsigned header = DIGITS; header <= 2 * DIGITS; header += DIGITS) {
			bool first = number(values + 1 + digits, DIGITS) == 0;
			if (n != 1 + digits + header + CHUNK_SYMBOLS || values[0] != SEND ||
			    first != (header > DIGITS))
				continue;
			s->agent_digits = digits;
			s->agent = number(values + 1, digits);
			size_t len = 0;
			for (unsigned v = 100; v > 0; v /= 10)
				if (s->agent >= v || v == 1)
					id[len++] = (char)('0' + s->agent / v % 10);
			struct outlet o = {.sink = &s->sink,
			    .way = CARVE_UP,
			    .time_ns = e->time_ns,
			    .event = e->number};
			outlet_text(&o, "agent", view_of(id, len));
			return;
		}
}

static bool is_of_agent(const struct saitama *s, const uint8_t *values, size_t n)
{
	return s->agent_digits > 0 && n >= s->agent_digits &&
	       number(values, s->agent_digits) == s->agent;
}

/* The first answer gives the agent its number; an agent that is alive is told a command's size,
 * and asks for it by index. */
static void answer(struct saitama *s, const struct carve_event *e, const uint8_t *values, size_t n)
{
	struct view a;
	unsigned digits = s->agent_digits;
	if (!address_of(e->answers, &a))
		return;
	if (digits == 0 && n == 7) {
		s->agent = a.p[3];
		s->agent_digits = s->agent < BASE ? 1 : 2;
		return;
	}
	if (is_of_agent(s, values, n) && n == digits) {
		begin(s, CARVE_DOWN, load_be32(a.p) & 0xffffff);
		return;
	}
	if (n == 1 + digits + DIGITS && values[0] == RECEIVE && is_of_agent(s, values + 1, n - 1))
		put(s, e, CARVE_DOWN, number(values + 1 + digits, DIGITS), a);
}

static void saitama_feed(void *state, const struct carve_event *e)
{
	struct saitama *s = state;
	struct view left = e->name, label;
	uint8_t values[64];
	if (e->qtype != QTYPE_A || !label_next(&left, &label))
		return;
	size_t n = values_of(label, values);
	if (n == 0)
		return;
	if (s->agent_digits == 0)
		learn_agent(s, e, values, n);
	unsigned digits = s->agent_digits;
	bool fresh = !seen_before(&s->names, label, e->time_ns);
	if (fresh && digits > 0 && n > 1 + digits && is_of_agent(s, values + 1, n - 1) &&
	    (values[0] == SEND || values[0] == SEND_AND_RECEIVE))
		send(s, e, values + 1 + digits, n - 1 - digits);
	/* A copy of a response would begin its command anew. */
	uint8_t reply[64] = {'r'};
	memcpy(reply + 1, label.p, label.len);
	if (e->flags & EV_RESPONSE &&
	    !seen_before(&s->names, view_of(reply, 1 + label.len), e->time_ns))
		answer(s, e, values, n);
}

static void saitama_finish(void *state)
{
	struct saitama *s = state;
	finish(s, CARVE_UP);
	finish(s, CARVE_DOWN);
}

const struct carver carver_saitama = {
    "saitama", saitama_size, saitama_init, saitama_feed, saitama_finish};
