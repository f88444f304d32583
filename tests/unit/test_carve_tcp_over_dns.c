/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <lzma.h>

#include "lib/codec/codec.h"
#include "lib/codec/groups.h"
#include "tests/helper/capture.h"

enum { END = 1, NO_DATA = 2, PACKED = 8 };

static size_t packet(uint8_t *to, uint8_t number, uint8_t flags, const void *data, size_t len)
{
	static uint8_t seen;
	uint8_t sum;
	to[0] = 0x34;
	to[1] = 0x92;
	to[2] = number;
	to[3] = seen++;
	to[4] = flags;
	memcpy(to + 6, data, len);
	sum = (uint8_t)(to[0] + to[2] + to[3] + to[4] + len);
	for (size_t i = 0; i < len; i++)
		sum = (uint8_t)(sum + to[6 + i]);
	to[5] = (uint8_t)-sum;
	return 6 + len;
}

/* A text in the converter of a mark, with dots. */
static void text_of(char *to, char mark, struct view bytes)
{
	char text[512];
	uint8_t head[2] = {(uint8_t)bytes.len, (uint8_t)(bytes.len >> 8)};
	const struct groups *g = groups_of(mark == 'b' ? GROUPS_BASE63 : GROUPS_BASE37);
	ptrdiff_t n;
	text[0] = mark;
	if (mark == 'a') {
		n = codec_encode(codec_of(CODEC_SAFE16), bytes, text + 1, sizeof(text) - 1);
	} else {
		n = groups_encode(g, view_of(head, 2), text + 1, sizeof(text) - 1);
		n += groups_encode(g, bytes, text + 1 + n, sizeof(text) - 1 - (size_t)n);
	}
	size_t at = 0;
	for (ptrdiff_t i = 0; i <= n; i++) {
		if (i > 0 && i % 63 == 0)
			to[at++] = '.';
		to[at++] = text[i];
	}
	to[at] = 0;
}

static void up(struct capture *c, char mark, struct view bytes)
{
	char text[512], name[600];
	text_of(text, mark, bytes);
	snprintf(name, sizeof(name), "%s.t.test", text);
	capture_query(c, 16, name);
}

static void down(struct capture *c, struct view bytes)
{
	char text[512];
	static unsigned n;
	char name[64];
	uint8_t head[2] = {(uint8_t)bytes.len, 0}, noop[32];
	const struct groups *g = groups_of(GROUPS_BASE87);
	ptrdiff_t m = groups_encode(g, view_of(head, 2), text + 1, sizeof(text) - 1);
	m += groups_encode(g, bytes, text + 1 + m, sizeof(text) - 1 - (size_t)m);
	text[0] = (char)m;
	n++;
	size_t len = packet(noop, 0, NO_DATA, &n, 4);
	char query[80];
	text_of(name, 'a', view_of(noop, len));
	snprintf(query, sizeof(query), "%s.t.test", name);
	capture_reply(c, 16, query, 16, view_of(text, (size_t)m + 1));
}

/* As the tool's encoder: a raw stream of known length without an end mark, its length in front. */
static size_t pack(const char *data, size_t len, uint8_t *to, size_t cap)
{
	lzma_options_lzma o;
	assert_false(lzma_lzma_preset(&o, 6));
	o.dict_size = 4096;
	o.ext_flags = 0;
	o.ext_size_low = (uint32_t)len;
	o.ext_size_high = 0;
	lzma_filter filters[] = {{LZMA_FILTER_LZMA1EXT, &o}, {LZMA_VLI_UNKNOWN, NULL}};
	size_t at = 2;
	to[0] = (uint8_t)len;
	to[1] = (uint8_t)(len >> 8);
	assert_int_equal(
	    lzma_raw_buffer_encode(filters, NULL, (const uint8_t *)data, len, to, &at, cap),
	    LZMA_OK);
	return at;
}

static char long_text[900];

static void make_text(void)
{
	for (size_t i = 0; i < sizeof(long_text); i++)
		long_text[i] = "the same line again and again\n"[(i + i / 97) % 30];
}

struct session {
	struct capture c;
	char want[4096];
	size_t len;
};

/* What goes up: an assembly in three converters, one packed over several packets, one more. The
 * packets with these numbers (bits) are lost. */
static void send(struct session *s, uint32_t lost, bool fold)
{
	static const char *const lines[] = {"SSH-2.0-client\r\n", "second ", "third "};
	uint8_t bytes[300], packed[1024];
	uint8_t number = 1;
	for (unsigned i = 0; i < 3; i++, number++) {
		size_t n = packet(bytes, number, i == 2 ? END : 0, lines[i], strlen(lines[i]));
		if (!(lost >> number & 1))
			up(&s->c, fold ? "aha"[i] : "abh"[i], view_of(bytes, n));
	}
	make_text();
	size_t m = pack(long_text, sizeof(long_text), packed, sizeof(packed));
	for (size_t at = 0; at < m; at += 40, number++) {
		size_t part = m - at < 40 ? m - at : 40;
		size_t n =
		    packet(bytes, number, at + part == m ? END | PACKED : 0, packed + at, part);
		if (!(lost >> number & 1))
			up(&s->c, 'a', view_of(bytes, n));
		up(&s->c, 'a', view_of(bytes, packet(bytes, 0, NO_DATA, "noop", 4)));
	}
	up(&s->c, 'a', view_of(bytes, packet(bytes, number, END, "end", 3)));
}

static struct carved run(struct session *s)
{
	struct carved out = {0};
	struct carve_sink sink = carved_sink(&out);
	capture_carve(&s->c, &carver_tcp_over_dns, &sink);
	capture_free(&s->c);
	return out;
}

static void a_session_comes_back_both_ways(void **state)
{
	struct session s = {0};
	uint8_t bytes[300];
	send(&s, 0, false);
	/* The second answer before the first, and the first once more. */
	down(&s.c, view_of(bytes, packet(bytes, 2, END, "world", 5)));
	down(&s.c, view_of(bytes, packet(bytes, 1, END, "hello ", 6)));
	down(&s.c, view_of(bytes, packet(bytes, 1, END, "hello ", 6)));
	struct carved out = run(&s);
	static const char before[] = "SSH-2.0-client\r\nsecond third ";
	const struct bytes *up_bytes = &out.stream[0][CARVE_UP];
	size_t head = sizeof(before) - 1;
	assert_int_equal(up_bytes->len, head + sizeof(long_text) + 3);
	assert_memory_equal(up_bytes->p, before, head);
	assert_memory_equal(up_bytes->p + head, long_text, sizeof(long_text));
	assert_memory_equal(up_bytes->p + head + sizeof(long_text), "end", 3);
	assert_int_equal(out.stream[0][CARVE_DOWN].len, 11);
	assert_memory_equal(out.stream[0][CARVE_DOWN].p, "hello world", 11);
	assert_int_equal(out.gaps[0] + out.gaps[1], 0);
	carved_free(&out);
}

static void what_is_lost_is_told(void **state)
{
	struct session s = {0};
	send(&s, 1u << 2, false); /* of a plain assembly */
	struct carved out = run(&s);
	assert_int_equal(out.gaps[CARVE_UP], 1);
	assert_int_equal(out.missing[CARVE_UP], 1);
	assert_memory_equal(out.stream[0][CARVE_UP].p, "SSH-2.0-client\r\nthird the same", 30);
	carved_free(&out);

	s = (struct session){0};
	send(&s, 1u << 5, false); /* of the packed one: none of it can be read */
	out = run(&s);
	assert_int_equal(out.gaps[CARVE_UP], 1);
	assert_true(out.missing[CARVE_UP] >= 2);
	assert_memory_equal(out.stream[0][CARVE_UP].p, "SSH-2.0-client\r\nsecond third end", 32);
	carved_free(&out);
}

static void damaged_packets_are_passed_over(void **state)
{
	struct session s = {0};
	uint8_t bytes[300];
	size_t n = packet(bytes, 1, END, "damaged", 7);
	bytes[8] ^= 1;
	up(&s.c, 'a', view_of(bytes, n));
	up(&s.c, 'a', view_of(bytes, 3));
	up(&s.c, 'a', view_of(bytes, packet(bytes, 1, END, "good", 4)));
	struct carved out = run(&s);
	assert_int_equal(out.stream[0][CARVE_UP].len, 4);
	assert_memory_equal(out.stream[0][CARVE_UP].p, "good", 4);
	carved_free(&out);
}

static void without_case_base_63_is_lost_and_the_rest_is_not(void **state)
{
	struct session s = {0};
	uint8_t bytes[300];
	send(&s, 0, true);
	up(&s.c, 'b', view_of(bytes, packet(bytes, 200, END, "x", 1)));
	for (size_t i = 0; i < s.c.n; i++)
		s.c.events[i].flags &= (uint16_t)~EV_CASE_KNOWN;
	struct carved out = run(&s);
	assert_memory_equal(
	    out.stream[0][CARVE_UP].p, "SSH-2.0-client\r\nsecond third the same", 37);
	assert_true(carved_says(&out, "unrecoverable=what is in base 63"));
	carved_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_session_comes_back_both_ways),
	    cmocka_unit_test(what_is_lost_is_told),
	    cmocka_unit_test(damaged_packets_are_passed_over),
	    cmocka_unit_test(without_case_base_63_is_lost_and_the_rest_is_not),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
