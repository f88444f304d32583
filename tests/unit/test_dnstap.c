/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "lib/base/cursor.h"
#include "lib/decode/dnstap.h"
#include "tests/unit/logs.h"

static const struct line_meta meta = {.site = 2, .source = 9};

/* Protobuf, written plainly. */
struct out {
	uint8_t at[1024];
	size_t n;
};

static void put_varint(struct out *o, uint64_t v)
{
	for (; v >= 0x80; v >>= 7)
		o->at[o->n++] = (uint8_t)(v | 0x80);
	o->at[o->n++] = (uint8_t)v;
}

static void put_number(struct out *o, unsigned field, uint64_t v)
{
	put_varint(o, field << 3);
	put_varint(o, v);
}

static void put_bytes(struct out *o, unsigned field, const void *p, size_t n)
{
	put_varint(o, field << 3 | 2);
	put_varint(o, n);
	memcpy(o->at + o->n, p, n);
	o->n += n;
}

static void put_fixed32(struct out *o, unsigned field, uint32_t v)
{
	put_varint(o, field << 3 | 5);
	for (int i = 0; i < 4; i++)
		o->at[o->n++] = (uint8_t)(v >> (8 * i));
}

static const char query[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\3wWw\2de\0\0\x10\0\1";
static const char response[] = "\x12\x34\x81\x83\0\1\0\0\0\0\0\0\3wWw\2de\0\0\x10\0\1";

static struct out payload_of(unsigned kind)
{
	struct out m = {0}, o = {0};
	put_number(&m, 1, kind);
	put_number(&m, 2, 1);
	put_number(&m, 3, 2);
	put_bytes(&m, 4, "\xa\0\0\1", 4);
	put_bytes(&m, 5, "\x20\1\xd\xb8\0\0\0\0\0\0\0\0\0\0\0\x53", 16);
	put_number(&m, 6, 40000);
	put_number(&m, 7, 53);
	put_number(&m, 8, 1717747200);
	put_fixed32(&m, 9, 5);
	if (kind & 1) {
		put_bytes(&m, 10, query, sizeof(query) - 1);
	} else {
		put_number(&m, 12, 1717747201);
		put_fixed32(&m, 13, 999999999);
		put_bytes(&m, 14, response, sizeof(response) - 1);
	}
	put_bytes(&m, 11, "\2de", 4);
	put_bytes(&o, 1, "resolver", 8);
	put_bytes(&o, 2, "1.0", 3);
	put_bytes(&o, 14, m.at, m.n);
	put_number(&o, 15, 1);
	return o;
}

/* An exact copy on the heap, for the sanitizer. */
static enum dnstap_kind feed(struct batch *b, const void *p, size_t n)
{
	uint8_t *copy = malloc(n ? n : 1);
	if (n)
		memcpy(copy, p, n);
	batch_reset(b);
	enum dnstap_kind kind = dnstap_payload(view_of(copy, n), &meta, 7, b);
	free(copy);
	return kind;
}

static void every_kind_is_read_from_the_right_side(void **state)
{
	struct batch *b = logs_batch();
	for (unsigned kind = 1; kind < DNSTAP_KINDS; kind++) {
		struct out o = payload_of(kind);
		bool upstream = kind <= 4 || kind == 7 || kind == 8, asks = kind & 1;
		assert_int_equal(feed(b, o.at, o.n), kind);
		assert_int_equal(b->n, 1);
		assert_int_equal(b->records, 1);
		const struct event *e = b->events;
		const struct endpoints *ends = event_ends(b, e);
		assert_int_equal(e->time_ns, asks ? 1717747200000000005 : 1717747201999999999);
		assert_int_equal(e->flags, EV_RD | EV_CASE_KNOWN | (asks ? EV_QUERY : EV_RESPONSE) |
		                               (upstream ? EV_UPSTREAM : 0));
		assert_int_equal(e->qtype, 16);
		assert_int_equal(e->size, sizeof(query) - 1);
		assert_int_equal(e->transport, TR_TCP);
		assert_int_equal(e->seq, 7);
		logs_assert_name(b, e, "\3wWw\2de", 8);
		logs_assert_ipv4(ends->client, "\xa\0\0\1");
		assert_int_equal(ends->server[15], 0x53);
		assert_int_equal(ends->client_port, 40000);
		assert_int_equal(ends->server_port, 53);
		assert_int_equal(ends->source, 9);
		assert_int_equal(ends->site, 2);
		struct dh_frame f = {.data = o.at, .caplen = (uint32_t)o.n};
		assert_int_equal(dnstap_frame_time(&f), e->time_ns);
	}
	free(b);
}

static void a_payload_cut_anywhere_is_refused(void **state)
{
	struct batch *b = logs_batch();
	struct out o = payload_of(DNSTAP_CLIENT_QUERY);
	/* Its last field says what it is; without that it is of no known type, but sound. */
	for (size_t n = 0; n < o.n; n++) {
		assert_int_equal(feed(b, o.at, n), DNSTAP_NONE);
		assert_int_equal(b->n, 0);
		assert_int_equal(b->malformed[MALFORMED_DNSTAP_FRAME] + b->skipped, 1);
	}
	free(b);
}

static void what_is_no_message_is_counted(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		bool skipped;
	} cases[] = {
	    {"", 0, true}, {"\x78\2", 2, true},                        /* another type */
	    {"\x78\1", 2, false},                                      /* no message */
	    {"\x72\2\x08\x05\x78\1", 6, false},                        /* nothing in it */
	    {"\x72\2\x08\x0f\x78\1", 6, false},                        /* kind 15 */
	    {"\x73\x78\1", 3, false},                                  /* a group */
	    {"\2\0", 2, false},                                        /* field 0 */
	    {"\x78\xff\xff\xff\xff\xff\xff\xff\xff\xff\2", 11, false}, /* 65 bits */
	    {"\x72\xff\xff\xff\xff\xff\xff\xff\xff\xff\1", 11, false}, /* a length beyond all */
	};
	struct batch *b = logs_batch();
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(feed(b, cases[i].bytes, cases[i].len), DNSTAP_NONE);
		assert_int_equal(b->skipped, cases[i].skipped);
		assert_int_equal(b->malformed[MALFORMED_DNSTAP_FRAME], !cases[i].skipped);
	}
	free(b);
}

static void bare_messages_are_read(void **state)
{
	struct batch *b = logs_batch();
	struct dh_frame frames[] = {
	    {.data = (const uint8_t *)query, .time_ns = 5, .caplen = sizeof(query) - 1},
	    {.data = (const uint8_t *)response, .time_ns = 6, .caplen = sizeof(response) - 1}};
	struct dh_chunk chunk = {.kind = DH_DNS, .source = 4, .frames = frames, .n_frames = 2};
	dnstap_frames(&chunk, b);
	assert_int_equal(b->n, 2);
	assert_int_equal(b->records, 2);
	assert_true(b->events[0].flags & EV_QUERY);
	assert_true(b->events[1].flags & EV_RESPONSE);
	assert_int_equal(b->events[1].time_ns, 6);
	assert_int_equal(b->events[1].rcode, 3);
	free(b);
}

/* Real taps, their Frame Streams taken off by hand: a length before each frame, 0 before a control
 * frame, which has its own. The counts are those of another decoder. */
static void taps_of_the_lab_are_read_whole(void **state)
{
	static const struct {
		const char *file;
		uint32_t kinds[DNSTAP_KINDS];
	} cases[] = {
	    {"dnsdist", {[DNSTAP_CLIENT_QUERY] = 32, [DNSTAP_CLIENT_RESPONSE] = 29}},
	    {"knot", {[DNSTAP_AUTH_QUERY] = 60, [DNSTAP_AUTH_RESPONSE] = 60}},
	    {"kresd", {[DNSTAP_CLIENT_QUERY] = 60, [DNSTAP_CLIENT_RESPONSE] = 60}},
	    {"named_all", {[DNSTAP_CLIENT_QUERY] = 60,
	                      [DNSTAP_CLIENT_RESPONSE] = 60,
	                      [DNSTAP_RESOLVER_QUERY] = 60,
	                      [DNSTAP_RESOLVER_RESPONSE] = 60}},
	    {"pdns", {[DNSTAP_RESOLVER_QUERY] = 59, [DNSTAP_RESOLVER_RESPONSE] = 52}},
	    {"unbound_clientquery", {[DNSTAP_CLIENT_QUERY] = 218,
	                                [DNSTAP_CLIENT_RESPONSE] = 205,
	                                [DNSTAP_RESOLVER_QUERY] = 329,
	                                [DNSTAP_RESOLVER_RESPONSE] = 212}},
	};
	const char *corpus = getenv("DNSHOUND_CORPUS");
	struct batch *b = logs_batch();
	static uint8_t bytes[1 << 20];
	unsigned files = 0;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		char path[4096];
		uint32_t kinds[DNSTAP_KINDS] = {0}, messages = 0;
		snprintf(path, sizeof(path), "%s/lab/%s.dnstap", corpus ? corpus : "../shared/data",
		    cases[i].file);
		FILE *f = fopen(path, "rb");
		if (!f) {
			print_message("no %s: not run\n", path);
			continue;
		}
		struct cursor c = cursor_over(view_of(bytes, fread(bytes, 1, sizeof(bytes), f)));
		fclose(f);
		files++;
		batch_reset(b);
		while (cursor_left(&c)) {
			uint32_t len = cursor_u32(&c);
			struct view v = cursor_view(&c, len ? len : cursor_u32(&c));
			if (len == 0)
				continue;
			kinds[dnstap_payload(v, &meta, 0, b)]++;
			messages++;
		}
		assert_memory_equal(kinds, cases[i].kinds, sizeof(kinds));
		assert_int_equal(b->n, messages);
		for (int k = 0; k < MALFORMED_COUNT; k++)
			assert_int_equal(b->malformed[k], 0);
	}
	free(b);
	if (files == 0)
		skip();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_kind_is_read_from_the_right_side),
	    cmocka_unit_test(a_payload_cut_anywhere_is_refused),
	    cmocka_unit_test(what_is_no_message_is_counted),
	    cmocka_unit_test(bare_messages_are_read),
	    cmocka_unit_test(taps_of_the_lab_are_read_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
