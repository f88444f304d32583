/* SPDX-License-Identifier: ISC
 *
 * Fragments and TCP, through frames, as they come: what order, loss and malice may do to them, and
 * which questions are told in the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/decode/stream.h"
#include "tests/unit/packets.h"

#define SECOND INT64_C(1000000000)

static const struct stream_config config = {.key = {1, 2},
    .streams = 16,
    .stream_pieces = 256,
    .datagrams = 8,
    .datagram_pieces = 192,
    .n_ports = 1,
    .ports = {53}};

struct fixture {
	struct batch *b;
	struct stream *st;
	int64_t now_ns;
	uint16_t seq;
};

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	size_t bytes = (stream_size(&config) + 63) & ~(size_t)63;
	f->b = batch_new();
	f->st = stream_init(aligned_alloc(64, bytes), &config);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	free(f->b);
	free(f->st);
	free(f);
	return 0;
}

/* Feed a raw IP packet, of which the capture kept caplen bytes, from memory of that size. */
static void feed_cut(struct fixture *f, struct buf *b, size_t caplen)
{
	struct segment segments[1];
	struct segment_list later = {.at = segments, .cap = 1};
	struct frame_meta meta = {.seq = f->seq++, .n_ports = 1, .ports = {53}};
	uint8_t *exact = malloc(caplen);
	memcpy(exact, b->p, caplen);
	struct dh_frame frame = {.data = exact,
	    .time_ns = f->now_ns,
	    .caplen = (uint32_t)caplen,
	    .len = (uint32_t)b->n,
	    .linktype = 101};
	frame_decode(&frame, &meta, f->b, &later);
	for (size_t i = 0; i < later.n; i++)
		stream_feed(f->st, &segments[i], f->b);
	free(exact);
	free(b);
}

static void feed(struct fixture *f, struct buf *b)
{
	feed_cut(f, b, b->n);
}

/* A segment of the client's side. */
static void send(struct fixture *f, uint32_t seq, unsigned flags, struct buf *payload)
{
	feed(f, ip4(6, tcp(4000, 53, seq, flags, payload)));
}

static struct buf *framed(struct buf *message)
{
	struct buf *b = buf_new();
	put16(b, (unsigned)message->n);
	return before(b, message);
}

/* Two questions in one run of bytes. */
static struct buf *two_questions(void)
{
	return before(framed(dns_query("one.example")), framed(dns_query("two.example")));
}

static void assert_names(struct fixture *f, const char *first, const char *second)
{
	assert_int_equal(f->b->n, (first != NULL) + (second != NULL));
	if (first)
		assert_string_equal(qname_of(f->b, 0), first);
	if (second)
		assert_string_equal(qname_of(f->b, 1), second);
}

static void segments_may_be_cut_anywhere(void **state)
{
	struct fixture *f = *state;
	struct buf *b = two_questions();
	for (size_t cut = 0; cut <= b->n; cut++) {
		uint32_t isn = (uint32_t)cut * 1000;
		batch_reset(f->b);
		send(f, isn, TCP_SYN, buf_new());
		send(f, isn + 1, 0x10, part_of(b, 0, cut));
		uint16_t last = f->seq;
		send(f, isn + 1 + (uint32_t)cut, 0x10, part_of(b, cut, b->n - cut));
		assert_names(f, "one.example", "two.example");
		if (cut < b->n) /* the message has the number of the frame that completed it */
			assert_int_equal(f->b->events[1].seq, last);
		assert_int_equal(f->b->events[0].transport, TR_TCP);
		send(f, isn + 1 + (uint32_t)b->n, TCP_RST, buf_new());
		assert_int_equal(f->b->n, 2);
		assert_int_equal(f->b->malformed[MALFORMED_TCP_GAP], 0);
	}
	free(b);
}

static void bytes_may_come_one_by_one_and_backwards(void **state)
{
	struct fixture *f = *state;
	struct buf *b = two_questions();
	uint32_t isn = 0xffffffe0; /* and the sequence numbers wrap around */
	send(f, isn, TCP_SYN, buf_new());
	for (size_t i = b->n; i-- > 0;)
		send(f, isn + 1 + (uint32_t)i, 0x10, part_of(b, i, 1));
	assert_names(f, "one.example", "two.example");
	batch_reset(f->b);
	for (size_t i = 0; i < b->n; i++)
		send(f, isn + 1 + (uint32_t)(b->n + i), 0x10, part_of(b, i, 1));
	assert_names(f, "one.example", "two.example");
	free(b);
}

static void what_is_sent_again_counts_once(void **state)
{
	struct fixture *f = *state;
	struct buf *b = two_questions(), *other = framed(dns_query("bad.example"));
	send(f, 100, TCP_SYN, buf_new());
	send(f, 101, 0x10, part_of(b, 0, b->n));
	send(f, 101, 0x10, part_of(b, 0, b->n));
	send(f, 111, 0x10, part_of(b, 10, b->n - 10));
	assert_names(f, "one.example", "two.example");
	send(f, 101 + (uint32_t)b->n, 0x10 | TCP_FIN, buf_new());
	send(f, 101, 0x10, part_of(b, 0, b->n)); /* even after the end */
	assert_names(f, "one.example", "two.example");

	/* Of bytes sent twice with different content the first copy wins. */
	batch_reset(f->b);
	send(f, 5000, TCP_SYN, buf_new());
	send(f, 5011, 0x10, part_of(b, 10, b->n - 10));
	send(f, 5001, 0x10, part_of(other, 0, other->n));
	assert_int_equal(f->b->n, 2);
	assert_string_equal(qname_of(f->b, 0), "one.example");
	free(b);
	free(other);
}

static void data_in_the_syn_is_read(void **state)
{
	struct fixture *f = *state;
	send(f, 100, TCP_SYN, framed(dns_query("fast.open")));
	send(f, 101, 0x10, framed(dns_query("fast.open"))); /* the server had not taken it */
	assert_names(f, "fast.open", NULL);
}

static void a_stream_may_be_joined_in_the_middle(void **state)
{
	struct fixture *f = *state;
	send(f, 700, 0x10, BYTES("the end of a message that began before the capture"));
	send(f, 750, 0x10, framed(dns_query("next.example")));
	assert_names(f, "next.example", NULL);
	assert_int_equal(f->b->malformed[MALFORMED_NOT_DNS], 0);

	/* also where the boundary lies inside a segment */
	batch_reset(f->b);
	feed(f,
	    ip4(6, tcp(53, 4000, 9000, 0x10,
	               before(BYTES("tail of an answer"), framed(dns_reply("inside.example"))))));
	assert_names(f, "inside.example", NULL);
	assert_true(f->b->events[0].flags & EV_RESPONSE);
}

static void a_hole_is_given_up_after_a_while(void **state)
{
	struct fixture *f = *state;
	send(f, 100, TCP_SYN, buf_new());
	send(f, 101, 0x10, framed(dns_query("one.example")));
	send(f, 1000, 0x10, framed(dns_query("two.example")));
	assert_names(f, "one.example", NULL);
	f->now_ns += 4 * SECOND;
	send(f, 1031, 0x10, framed(dns_query("three.example")));
	assert_int_equal(f->b->n, 3);
	assert_string_equal(qname_of(f->b, 1), "two.example");
	assert_string_equal(qname_of(f->b, 2), "three.example");
	assert_int_equal(f->b->malformed[MALFORMED_TCP_GAP], 1);
}

static void a_hole_that_fills_in_time_loses_nothing(void **state)
{
	struct fixture *f = *state;
	struct buf *b = two_questions();
	send(f, 100, TCP_SYN, buf_new());
	send(f, 101 + 20, 0x10, part_of(b, 20, b->n - 20));
	f->now_ns += 2 * SECOND;
	send(f, 101, 0x10, part_of(b, 0, 20));
	assert_names(f, "one.example", "two.example");
	assert_int_equal(f->b->malformed[MALFORMED_TCP_GAP], 0);
	free(b);
}

static void far_ahead_is_not_waited_for(void **state)
{
	struct fixture *f = *state;
	send(f, 100, TCP_SYN, buf_new());
	send(f, 0x7000000, 0x10, framed(dns_query("far.example")));
	assert_names(f, "far.example", NULL);
	assert_int_equal(f->b->malformed[MALFORMED_TCP_GAP], 1);
}

static void a_message_that_never_ends_is_told_as_far_as_it_came(void **state)
{
	struct fixture *f = *state;
	struct buf *b = buf_new();
	put16(b, 60000);
	b = before(b, dns_query("slow.example"));
	PUT(b, "and then data, as much as one likes");
	send(f, 100, TCP_SYN, buf_new());
	send(f, 101, 0x10, part_of(b, 0, b->n));
	assert_int_equal(f->b->n, 0);
	send(f, 101 + (uint32_t)b->n, TCP_FIN, buf_new());
	assert_names(f, "slow.example", NULL);
	assert_int_equal(f->b->events[0].extra, 35);
	free(b);
}

static void something_else_on_the_port_is_told(void **state)
{
	struct fixture *f = *state;
	send(f, 100, TCP_SYN, buf_new());
	send(f, 101, 0x10, BYTES("SSH-2.0-OpenSSH_9.2p1\r\n"));
	send(f, 124, 0x10, BYTES("kex"));
	assert_int_equal(f->b->n, 2);
	for (int i = 0; i < 2; i++)
		assert_true(f->b->events[i].flags & EV_NOT_DNS);
	assert_int_equal(f->b->events[0].extra, 23);
	assert_int_equal(f->b->events[1].extra, 3);
	assert_true(f->b->events[0].flags & EV_QUERY);

	/* A question first does not hide what follows it. */
	batch_reset(f->b);
	send(f, 8000, TCP_SYN, buf_new());
	send(f, 8001, 0x10, framed(dns_query("one.example")));
	send(f, 8032, 0x10, BYTES("\0\100 and now something else altogether"));
	assert_int_equal(f->b->n, 2);
	assert_true(f->b->events[1].flags & EV_NOT_DNS);
}

static void something_else_is_told_past_holes_too(void **state)
{
	struct fixture *f = *state;
	send(f, 100, TCP_SYN, buf_new());
	send(f, 2000, 0x10, BYTES("early"));
	send(f, 101, 0x10, BYTES("SSH-2.0-OpenSSH_9.2p1\r\n"));
	send(f, 3000, 0x10, BYTES("late"));
	stream_finish(f->st, f->b);
	assert_int_equal(f->b->n, 3);
	assert_int_equal(f->b->events[0].extra, 23);
	assert_int_equal(f->b->events[1].extra, 5);
	assert_int_equal(f->b->events[2].extra, 4);
}

static void a_connection_may_follow_another_on_the_same_ports(void **state)
{
	struct fixture *f = *state;
	send(f, 100, TCP_SYN, buf_new());
	send(f, 101, 0x10, framed(dns_query("one.example")));
	send(f, 77000, TCP_SYN, buf_new());
	send(f, 77001, 0x10, framed(dns_query("two.example")));
	assert_names(f, "one.example", "two.example");
}

static void a_cut_capture_still_shows_the_questions(void **state)
{
	struct fixture *f = *state;
	uint32_t seq = 101;
	send(f, 100, TCP_SYN, buf_new());
	for (int i = 0; i < 3; i++) {
		struct buf *message = dns_query("one.example");
		message->p[11] = 1; /* one additional record: */
		static uint8_t padding[200];
		put_opt(message, 0, padding, sizeof(padding));
		message = framed(message);
		uint32_t len = (uint32_t)message->n;
		struct buf *b = ip4(6, tcp(4000, 53, seq, 0x10, message));
		feed_cut(f, b, 100);
		seq += len;
	}
	assert_int_equal(f->b->n, 3);
	assert_string_equal(qname_of(f->b, 2), "one.example");
	assert_true(f->b->malformed[MALFORMED_SNAPLEN_CUT] >= 3);
}

static void what_waits_at_the_end_is_not_lost(void **state)
{
	struct fixture *f = *state;
	send(f, 100, TCP_SYN, buf_new());
	send(f, 500, 0x10, framed(dns_query("one.example"))); /* behind a hole */
	assert_int_equal(f->b->n, 0);
	stream_finish(f->st, f->b);
	assert_names(f, "one.example", NULL);
	stream_finish(f->st, f->b);
	assert_int_equal(f->b->n, 1);
}

static void a_flood_of_connections_costs_only_its_own(void **state)
{
	struct fixture *f = *state;
	struct buf *b = two_questions();
	send(f, 100, TCP_SYN, buf_new());
	send(f, 101, 0x10, part_of(b, 0, 40));
	for (unsigned i = 0; i < 1000; i++)
		feed(f, ip4(6, tcp(10000 + i, 53, i, TCP_SYN, buf_new())));
	send(f, 141, 0x10, part_of(b, 40, b->n - 40));
	assert_names(f, "one.example", "two.example");
	free(b);
}

static void a_flood_of_waiting_bytes_is_bounded(void **state)
{
	struct fixture *f = *state;
	struct buf *b = buf_new();
	put16(b, 65535);
	b = before(b, dns_query("wait.example"));
	b->n = 2000;
	for (unsigned i = 0; i < 3000; i++)
		feed(f, ip4(6, tcp(10000 + i % 50, 53, 1 + i / 50 * 2000, i < 50 ? TCP_SYN : 0x10,
		                   part_of(b, 0, b->n))));
	assert_true(f->b->malformed[MALFORMED_TCP_LIMIT] > 0);
	stream_finish(f->st, f->b);
	free(b);
}

/* Fragments of a datagram, n bytes each, but the last. */
static void feed_fragments(
    struct fixture *f, const struct buf *whole, size_t n, unsigned id, bool is_v6, bool backwards)
{
	size_t count = (whole->n + n - 1) / n;
	for (size_t i = 0; i < count; i++) {
		size_t k = backwards ? count - 1 - i : i, from = k * n;
		bool more = k + 1 < count;
		struct buf *part = part_of(whole, from, more ? n : whole->n - from);
		feed(f, is_v6 ? ip6_frag(17, id, (unsigned)from, more, part)
		              : ip4_frag(17, id, (unsigned)(from / 8) | (more ? 0x2000 : 0), part));
	}
}

static void fragments_come_together_in_any_order(void **state)
{
	struct fixture *f = *state;
	struct buf *whole = udp(53, 4000, dns_reply("frag.example"));
	for (int v6 = 0; v6 < 2; v6++) {
		for (int backwards = 0; backwards < 2; backwards++) {
			for (size_t n = 8; n < whole->n; n += 8) {
				batch_reset(f->b);
				feed_fragments(f, whole, n, 77, v6, backwards);
				assert_names(f, "frag.example", NULL);
				assert_int_equal(f->b->malformed[MALFORMED_FRAGMENT_BAD], 0);
			}
		}
	}
	free(whole);
}

static void overlapping_fragments_are_told(void **state)
{
	struct fixture *f = *state;
	struct buf *whole = udp(53, 4000, dns_reply("frag.example"));
	struct buf *evil = udp(53, 4000, dns_reply("evil.example"));
	/* IPv6: the whole datagram goes */
	feed(f, ip6_frag(17, 5, 0, true, part_of(whole, 0, 32)));
	feed(f, ip6_frag(17, 5, 24, true, part_of(evil, 24, 16)));
	feed(f, ip6_frag(17, 5, 40, false, part_of(whole, 40, whole->n - 40)));
	assert_int_equal(f->b->n, 0);
	assert_int_equal(f->b->malformed[MALFORMED_FRAGMENT_BAD], 1);
	/* IPv4: the first copy wins */
	feed(f, ip4_frag(17, 5, 0x2000, part_of(whole, 0, 32)));
	feed(f, ip4_frag(17, 5, 0x2000, part_of(evil, 0, 40)));
	feed(f, ip4_frag(17, 5, 5, part_of(whole, 40, whole->n - 40)));
	assert_names(f, "frag.example", NULL);
	assert_int_equal(f->b->malformed[MALFORMED_FRAGMENT_BAD], 2);
	/* a duplicate is no overlap */
	batch_reset(f->b);
	feed(f, ip6_frag(17, 6, 0, true, part_of(whole, 0, 32)));
	feed(f, ip6_frag(17, 6, 0, true, part_of(whole, 0, 32)));
	feed(f, ip6_frag(17, 6, 32, false, part_of(whole, 32, whole->n - 32)));
	assert_names(f, "frag.example", NULL);
	assert_int_equal(f->b->malformed[MALFORMED_FRAGMENT_BAD], 0);
	free(whole);
	free(evil);
}

static void a_lost_fragment_leaves_the_question(void **state)
{
	struct fixture *f = *state;
	struct buf *whole = udp(53, 4000, dns_reply("frag.example"));
	feed(f, ip4_frag(17, 5, 0x2000, part_of(whole, 0, 48)));
	f->now_ns += 31 * SECOND;
	feed(f, ip4_frag(17, 6, 0x2000, part_of(whole, 0, 8)));
	assert_names(f, "frag.example", NULL);
	assert_int_equal(f->b->malformed[MALFORMED_FRAGMENT_BAD], 1);
	/* A new datagram with an identifier that was used before. */
	batch_reset(f->b);
	f->now_ns += 31 * SECOND;
	feed_fragments(f, whole, 32, 6, false, false);
	assert_string_equal(qname_of(f->b, f->b->n - 1), "frag.example");
	free(whole);
}

static void foreign_fragments_are_skipped(void **state)
{
	struct fixture *f = *state;
	struct buf *whole = udp(2049, 800, dns_reply("nfs.example"));
	feed_fragments(f, whole, 32, 5, false, false);
	assert_int_equal(f->b->n, 0);
	assert_int_equal(f->b->malformed[MALFORMED_FRAGMENT_BAD], 0);
	assert_true(f->b->skipped > 0);
	free(whole);
}

static void tunnels_may_be_fragmented(void **state)
{
	struct fixture *f = *state;
	/* in IPv4, fragments of an IPv4 packet whose payload was fragmented before */
	struct buf *whole = udp(53, 4000, dns_reply("deep.example"));
	struct buf *inner[2] = {ip4_frag(17, 1, 0x2000, part_of(whole, 0, 40)),
	    ip4_frag(17, 1, 5, part_of(whole, 40, whole->n - 40))};
	for (unsigned i = 0; i < 2; i++) {
		feed(f, ip4_frag(4, 10 + i, 0x2000, part_of(inner[i], 0, 24)));
		feed(f, ip4_frag(4, 10 + i, 3, part_of(inner[i], 24, inner[i]->n - 24)));
		free(inner[i]);
	}
	assert_names(f, "deep.example", NULL);
	free(whole);
}

static void fragments_of_tcp_reach_the_stream(void **state)
{
	struct fixture *f = *state;
	struct buf *whole = tcp(4000, 53, 100, TCP_SYN, framed(dns_query("tfo.example")));
	feed(f, ip4_frag(6, 9, 0x2000, part_of(whole, 0, 24)));
	feed(f, ip4_frag(6, 9, 3, part_of(whole, 24, whole->n - 24)));
	assert_names(f, "tfo.example", NULL);
	free(whole);
}

static void a_flood_of_fragments_is_bounded(void **state)
{
	struct fixture *f = *state;
	static uint8_t junk[1400];
	for (unsigned i = 0; i < 5000; i++)
		feed(f, ip4_frag(17, i, 0x2000 | (1 + i % 7), bytes_of(junk, 1400)));
	assert_true(f->b->malformed[MALFORMED_FRAGMENT_BAD] > 4900);
	struct buf *whole = udp(53, 4000, dns_reply("frag.example"));
	feed_fragments(f, whole, 32, 60001, false, true);
	assert_names(f, "frag.example", NULL);
	free(whole);
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
	    T(segments_may_be_cut_anywhere),
	    T(bytes_may_come_one_by_one_and_backwards),
	    T(what_is_sent_again_counts_once),
	    T(data_in_the_syn_is_read),
	    T(a_stream_may_be_joined_in_the_middle),
	    T(a_hole_is_given_up_after_a_while),
	    T(a_hole_that_fills_in_time_loses_nothing),
	    T(far_ahead_is_not_waited_for),
	    T(a_message_that_never_ends_is_told_as_far_as_it_came),
	    T(something_else_on_the_port_is_told),
	    T(something_else_is_told_past_holes_too),
	    T(a_connection_may_follow_another_on_the_same_ports),
	    T(a_cut_capture_still_shows_the_questions),
	    T(what_waits_at_the_end_is_not_lost),
	    T(a_flood_of_connections_costs_only_its_own),
	    T(a_flood_of_waiting_bytes_is_bounded),
	    T(fragments_come_together_in_any_order),
	    T(overlapping_fragments_are_told),
	    T(a_lost_fragment_leaves_the_question),
	    T(foreign_fragments_are_skipped),
	    T(tunnels_may_be_fragmented),
	    T(fragments_of_tcp_reach_the_stream),
	    T(a_flood_of_fragments_is_bounded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
