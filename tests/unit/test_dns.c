/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/decode/dns.h"
#include "tests/unit/packets.h"

static struct batch *batch;

static int setup(void **state)
{
	batch = batch_new();
	return 0;
}

static int teardown(void **state)
{
	free(batch);
	return 0;
}

static struct dns_meta meta_to_server(void)
{
	return (struct dns_meta){.src = {[15] = 1},
	    .dst = {[15] = 2},
	    .src_port = 4000,
	    .dst_port = 53,
	    .time_ns = 99,
	    .seq = 7,
	    .source = 3,
	    .site = 4,
	    .direction = DNS_TO_SERVER,
	    .on_dns_port = true};
}

static struct dns_meta meta_from_server(void)
{
	return (struct dns_meta){.src = {[15] = 2},
	    .dst = {[15] = 1},
	    .src_port = 53,
	    .dst_port = 4000,
	    .direction = DNS_FROM_SERVER,
	    .on_dns_port = true};
}

/* Decode from memory of just the right size, and give the buffer back. NULL when no event of a DNS
 * message came out. */
static const struct event *decode_with(struct buf *b, const struct dns_meta *meta)
{
	uint8_t *exact = malloc(b->n ? b->n : 1);
	memcpy(exact, b->p, b->n);
	batch_reset(batch);
	bool ok = dns_decode(view_of(exact, b->n), meta, batch);
	free(exact);
	free(b);
	return ok ? &batch->events[0] : NULL;
}

static const struct event *decode_query(struct buf *b)
{
	struct dns_meta meta = meta_to_server();
	return decode_with(b, &meta);
}

static const struct event *decode_reply(struct buf *b)
{
	struct dns_meta meta = meta_from_server();
	return decode_with(b, &meta);
}

static struct answer answer_at(const struct event *e, int i)
{
	struct view v = event_answers(batch, e);
	struct answer a;
	do
		assert_true(answer_next(&v, &a));
	while (i-- > 0);
	return a;
}

static void a_query_is_told_whole(void **state)
{
	struct buf *b = buf_new();
	put_header(b, 0x0110, 1, 0, 0, 0);
	put_question(b, "WwW.Example.com", 16);
	size_t size = b->n;
	const struct event *e = decode_query(b);
	assert_non_null(e);
	assert_string_equal(qname_of(batch, 0), "WwW.Example.com");
	assert_int_equal(e->flags, EV_QUERY | EV_CASE_KNOWN | EV_RD);
	assert_int_equal(e->qtype, 16);
	assert_int_equal(e->size, size);
	assert_int_equal(e->extra, 0);
	assert_int_equal(e->rcode, 0);
	assert_int_equal(e->time_ns, 99);
	assert_int_equal(e->seq, 7);
	const struct endpoints *ends = event_ends(batch, e);
	assert_int_equal(ends->client[15], 1);
	assert_int_equal(ends->server[15], 2);
	assert_int_equal(ends->client_port, 4000);
	assert_int_equal(ends->id, 0x1234);
	assert_int_equal(ends->qclass, 1);
	assert_int_equal(ends->source, 3);
	assert_int_equal(ends->site, 4);
}

static void a_reply_turns_the_ends_around(void **state)
{
	struct buf *b = buf_new();
	put_header(b, 0x8583, 1, 1, 0, 0);
	put_question(b, "a.de", 1);
	put_record(b, 1, "\1\2\3\4", 4);
	const struct event *e = decode_reply(b);
	assert_non_null(e);
	assert_int_equal(e->flags, EV_RESPONSE | EV_CASE_KNOWN | EV_AA | EV_RD);
	assert_int_equal(e->rcode, 3);
	assert_int_equal(event_ends(batch, e)->client[15], 1);
	assert_int_equal(event_ends(batch, e)->client_port, 4000);
	assert_int_equal(event_ends(batch, e)->server_port, 53);
	struct answer a = answer_at(e, 0);
	assert_int_equal(a.type, 1);
	assert_int_equal(a.ttl, 300);
	assert_memory_equal(a.rdata, "\1\2\3\4", 4);
}

static void names_in_answers_are_whole(void **state)
{
	struct buf *b = buf_new();
	put_header(b, 0x8180, 1, 4, 0, 0);
	put_question(b, "a.de", 15);
	put_record(b, 5, "\1x\300\14", 4);        /* CNAME x.a.de */
	put_record(b, 15, "\0\12\2mx\300\16", 7); /* MX 10 mx.de */
	put_record(b, 6, "\2ns\300\16\300\14ABCDEFGHIJKLMNOPQRST", 27);
	put_record(b, 65, "\0\1\0\0\1\0\3\2h2", 10); /* HTTPS 1 . alpn=h2 */
	const struct event *e = decode_reply(b);
	assert_non_null(e);
	assert_memory_equal(answer_at(e, 0).rdata, "\1x\1a\2de", 8);
	assert_int_equal(answer_at(e, 0).rdlen, 8);
	assert_memory_equal(answer_at(e, 1).rdata, "\0\12\2mx\2de", 9);
	assert_memory_equal(answer_at(e, 2).rdata, "\2ns\2de\0\1a\2de\0ABCDEFGHIJKLMNOPQRST", 33);
	assert_memory_equal(answer_at(e, 3).rdata, "\0\1\0\0\1\0\3\2h2", 10);
}

static void only_opaque_records_count_beside_answers(void **state)
{
	struct buf *b = buf_new();
	put_header(b, 0x8180, 1, 0, 2, 2);
	put_question(b, "a.de", 1);
	put_record(b, 2, "\300\14", 2);
	put_record(b, 10, "down", 4);
	put_record(b, 1, "\1\2\3\4", 4);
	put_record(b, 16, "\3txt", 4);
	const struct event *e = decode_reply(b);
	assert_int_equal(answer_at(e, 0).type, 10);
	assert_int_equal(answer_at(e, 1).type, 16);
	assert_int_equal(e->answers_len, 2 * (ANSWER_HEADER + 4));
	assert_int_equal(e->extra, 0);
}

static void a_bad_record_ends_the_walk_not_the_event(void **state)
{
	struct buf *b = buf_new();
	put_header(b, 0x8180, 1, 2, 0, 0);
	put_question(b, "a.de", 1);
	put_record(b, 1, "\1\2\3\4", 4);
	put_record(b, 16, "abc", 3);
	b->n -= 1;
	const struct event *e = decode_reply(b);
	assert_non_null(e);
	assert_int_equal(answer_at(e, 0).type, 1);
	assert_int_equal(e->answers_len, ANSWER_HEADER + 4);
	assert_true(e->flags & EV_ANSWERS_CUT);
	assert_int_equal(batch->malformed[MALFORMED_DNS_RECORD], 1);
	assert_int_equal(e->extra, 14); /* what could not be understood is weighed */

	b = buf_new();
	put_header(b, 0x8180, 1, 3, 0, 0);
	put_question(b, "a.de", 1);
	put_record(b, 5, "\300\100", 2); /* forward: this record is bad, the next is not */
	put_record(b, 1, "\1\2\3\4", 4);
	e = decode_reply(b);
	assert_true(e->flags & EV_ANSWERS_CUT);
	assert_int_equal(answer_at(e, 0).type, 1);
	assert_int_equal(batch->malformed[MALFORMED_DNS_NAME], 1);
	assert_int_equal(batch->malformed[MALFORMED_DNS_COUNT], 1);
}

static void truncation_by_the_server_is_no_fault(void **state)
{
	struct buf *b = buf_new();
	put_header(b, 0x8380, 1, 5, 0, 0);
	put_question(b, "a.de", 1);
	const struct event *e = decode_reply(b);
	assert_true(e->flags & EV_TC);
	assert_true(e->flags & EV_ANSWERS_CUT);
	assert_int_equal(batch->malformed[MALFORMED_DNS_COUNT], 0);
}

static void a_cut_capture_keeps_the_question(void **state)
{
	struct buf *b = dns_reply("a.de");
	struct dns_meta meta = meta_from_server();
	meta.wire_size = (uint32_t)b->n;
	b->n -= 10;
	const struct event *e = decode_with(b, &meta);
	assert_non_null(e);
	assert_int_equal(e->size, meta.wire_size);
	assert_int_equal(e->extra, 0);
	assert_true(e->flags & EV_ANSWERS_CUT);
	assert_int_equal(batch->malformed[MALFORMED_SNAPLEN_CUT], 1);

	b = dns_reply("a.de"); /* cut inside the question: nothing can be said */
	b->n = 14;
	assert_null(decode_with(b, &meta));
	assert_int_equal(batch->n, 0);
	assert_int_equal(batch->malformed[MALFORMED_SNAPLEN_CUT], 1);
}

static void a_response_without_question_is_about_its_first_answer(void **state)
{
	struct buf *b = buf_new();
	put_header(b, 0x8180, 0, 1, 0, 0);
	put_name(b, "x.de");
	put16(b, 1);
	put16(b, 1);
	put32(b, 1);
	put16(b, 4);
	PUT(b, "\1\2\3\4");
	const struct event *e = decode_reply(b);
	assert_non_null(e);
	assert_string_equal(qname_of(batch, 0), "x.de");
	assert_int_equal(e->qtype, 1);
	assert_true(e->flags & EV_NO_NAME);

	b = buf_new();
	put_header(b, 0x8185, 0, 0, 0, 0);
	e = decode_reply(b);
	assert_non_null(e);
	assert_int_equal(e->name_len, 0);
	assert_int_equal(e->rcode, 5);
}

static void extended_rcodes_saturate_below_unknown(void **state)
{
	struct buf *b = buf_new();
	put_header(b, 0x8180, 1, 0, 0, 1);
	put_question(b, "a.de", 1);
	put_opt(b, 0x01000000, "", 0);
	assert_int_equal(decode_reply(b)->rcode, 16); /* BADVERS */
	b = buf_new();
	put_header(b, 0x818f, 1, 0, 0, 1);
	put_question(b, "a.de", 1);
	put_opt(b, 0xff000000, "", 0);
	assert_int_equal(decode_reply(b)->rcode, RCODE_UNKNOWN - 1);
}

/* The bytes that a query carries beside its question. */
static unsigned extra_of(struct buf *b)
{
	const struct event *e = decode_query(b);
	assert_non_null(e);
	return e->extra;
}

static struct buf *query_with_additional(unsigned n)
{
	struct buf *b = buf_new();
	put_header(b, 0x0100, 1, 0, 0, n);
	put_question(b, "a.de", 1);
	return b;
}

static void what_a_query_carries_beside_is_weighed(void **state)
{
	struct buf *b = dns_query("a.de");
	PUT(b, "trailing");
	assert_int_equal(extra_of(b), 8);

	b = query_with_additional(1);
	put_record(b, 16, "\5hello", 6);
	assert_int_equal(extra_of(b), 12 + 6);

	b = query_with_additional(1);
	put_opt(b, 0, "\377\1\0\4data", 8);
	assert_int_equal(extra_of(b), 4);

	b = query_with_additional(2); /* a second OPT is none */
	put_opt(b, 0, "", 0);
	put_opt(b, 0, "\377\1\0\4data", 8);
	assert_int_equal(extra_of(b), 11 + 8);

	b = buf_new();
	put_header(b, 0x0100, 2, 0, 0, 0);
	put_question(b, "a.de", 1);
	put_question(b, "more.de", 1);
	assert_int_equal(extra_of(b), 13);
	assert_string_equal(qname_of(batch, 0), "a.de");

	b = buf_new(); /* opcode 9, class 7 */
	put_header(b, 0x4900, 1, 0, 0, 0);
	put_name(b, "a.de");
	put16(b, 1);
	put16(b, 7);
	assert_int_equal(extra_of(b), 2);

	struct dns_meta meta = meta_to_server();
	meta.surplus = 5;
	assert_int_equal(decode_with(dns_query("a.de"), &meta)->extra, 5);
}

static void what_belongs_into_a_query_weighs_nothing(void **state)
{
	struct buf *b = query_with_additional(2);
	put_opt(b, 0, "", 0);
	put_record(b, 250, "\4hmac\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\0", 22);
	assert_int_equal(extra_of(b), 0);

	b = buf_new(); /* NOTIFY tells the SOA, IXFR the serial that one has */
	put_header(b, 0x2400, 1, 1, 0, 0);
	put_question(b, "a.de", 6);
	put_record(b, 6, "\300\14\300\14AAAABBBBCCCCDDDDEEEE", 24);
	assert_int_equal(extra_of(b), 0);
	b = buf_new();
	put_header(b, 0x0000, 1, 0, 1, 0);
	put_question(b, "a.de", 251);
	put_record(b, 6, "\300\14\300\14AAAABBBBCCCCDDDDEEEE", 24);
	assert_int_equal(extra_of(b), 0);

	b = query_with_additional(1); /* but a signature has its size */
	static uint8_t big[1000];
	put_record(b, 250, big, sizeof(big));
	assert_int_equal(extra_of(b), 1012);
}

static void the_port_outranks_the_qr_bit(void **state)
{
	struct buf *b = dns_reply("a.de");
	size_t record = 16;
	const struct event *e = decode_query(b);
	assert_true(e->flags & EV_QUERY);
	assert_false(e->flags & EV_RESPONSE);
	assert_int_equal(e->answers_len, 0);
	assert_int_equal(e->extra, record + 1);
	assert_int_equal(event_ends(batch, e)->client[15], 1);

	struct dns_meta meta = meta_from_server();
	meta.direction = DNS_BY_BIT;
	e = decode_with(dns_reply("a.de"), &meta);
	assert_true(e->flags & EV_RESPONSE);
	assert_int_equal(event_ends(batch, e)->client[15], 1);
}

static void assert_not_dns(struct buf *b)
{
	size_t size = b->n;
	assert_null(decode_query(b));
	assert_int_equal(batch->n, 1);
	const struct event *e = &batch->events[0];
	assert_int_equal(e->flags, EV_QUERY | EV_NOT_DNS | EV_NO_NAME | EV_CASE_KNOWN);
	assert_int_equal(e->name_len, 0);
	assert_int_equal(e->size, size);
	assert_int_equal(e->extra, size);
}

static void something_else_on_the_port_is_told(void **state)
{
	struct buf *b = buf_new();
	PUT(b, "\x10\xd1\x9e\x30"); /* iodine in raw mode: ping, login */
	assert_not_dns(b);
	b = buf_new();
	PUT(b, "\x10\xd1\x9e\x10\xaa\xbb\xcc\xdd\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c");
	assert_not_dns(b);
	b = buf_new();
	PUT(b, "\x10\xd1\x9e\x10\0\0\0\0\0\0\0\0 with counts of zero");
	assert_not_dns(b);
	b = buf_new();
	PUT(b, "GET / HTTP/1.0\r\nHost: x\r\n\r\n");
	assert_not_dns(b);
	b = buf_new();
	put_header(b, 0x0100, 0, 0, 0, 0);
	PUT(b, "a header without a question, and data");
	assert_not_dns(b);
	b = buf_new();
	put_header(b, 0x0100, 0x9abc, 1, 1, 1); /* the name parses, the count cannot be */
	put_question(b, "a.de", 1);
	assert_not_dns(b);

	struct dns_meta meta = meta_to_server();
	meta.on_dns_port = false;
	b = buf_new();
	PUT(b, "elsewhere it is only counted");
	assert_null(decode_with(b, &meta));
	assert_int_equal(batch->n, 0);
}

static void an_over_long_name_keeps_its_end(void **state)
{
	struct buf *b = buf_new();
	put_header(b, 0x0100, 1, 0, 0, 0);
	for (int i = 0; i < 4; i++) {
		put8(b, 63);
		memset(b->p + b->n, 'a' + i, 63);
		b->n += 63;
	}
	put_name(b, "evil.com");
	put16(b, 1);
	put16(b, 1);
	const struct event *e = decode_query(b);
	assert_non_null(e);
	assert_true(e->flags & EV_NAME_CUT);
	assert_int_equal(e->extra, 64);
	assert_int_equal(qname_of(batch, 0)[0], 'b');
	assert_non_null(strstr(qname_of(batch, 0), ".evil.com"));
}

static void beginnings_of_messages_are_recognised(void **state)
{
	struct buf *b = dns_reply("www.example.com");
	for (size_t n = DNS_HEADER; n <= b->n; n++)
		assert_true(dns_is_plausible(view_of(b->p, n), b->n));
	assert_false(dns_is_plausible(view_of(b->p, b->n), 30)); /* the answer does not fit */
	assert_false(dns_is_plausible(view_of(b->p, 11), b->n));
	assert_false(dns_is_plausible(view_str("SSH-2.0-OpenSSH_9.2p1 Debian-2"), 0x5353));
	free(b);
}

static void a_full_answer_arena_is_cut_not_overrun(void **state)
{
	static uint8_t big[9000];
	struct buf *b = buf_new();
	put_header(b, 0x8180, 1, 3, 0, 0);
	put_question(b, "a.de", 10);
	for (int i = 0; i < 3; i++)
		put_record(b, 10, big, sizeof(big));
	const struct event *e = decode_reply(b);
	assert_non_null(e);
	assert_true(e->flags & EV_ANSWERS_CUT);
	assert_int_equal(e->answers_len, ANSWER_HEADER + sizeof(big));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_query_is_told_whole),
	    cmocka_unit_test(a_reply_turns_the_ends_around),
	    cmocka_unit_test(names_in_answers_are_whole),
	    cmocka_unit_test(only_opaque_records_count_beside_answers),
	    cmocka_unit_test(a_bad_record_ends_the_walk_not_the_event),
	    cmocka_unit_test(truncation_by_the_server_is_no_fault),
	    cmocka_unit_test(a_cut_capture_keeps_the_question),
	    cmocka_unit_test(a_response_without_question_is_about_its_first_answer),
	    cmocka_unit_test(extended_rcodes_saturate_below_unknown),
	    cmocka_unit_test(what_a_query_carries_beside_is_weighed),
	    cmocka_unit_test(what_belongs_into_a_query_weighs_nothing),
	    cmocka_unit_test(the_port_outranks_the_qr_bit),
	    cmocka_unit_test(something_else_on_the_port_is_told),
	    cmocka_unit_test(an_over_long_name_keeps_its_end),
	    cmocka_unit_test(beginnings_of_messages_are_recognised),
	    cmocka_unit_test(a_full_answer_arena_is_cut_not_overrun),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
