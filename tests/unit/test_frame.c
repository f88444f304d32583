/* SPDX-License-Identifier: ISC
 *
 * Links, IP and tunnels by what comes out at the end: the question of the packet inside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/decode/dns.h"
#include "lib/decode/frame.h"
#include "tests/unit/packets.h"

static struct batch *batch;
static struct segment segments[4];
static struct segment_list later;

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

/* Decode the first `caplen` bytes of a frame, from memory of just that size; takes b. */
static void decode_cut(uint32_t linktype, struct buf *b, size_t caplen)
{
	struct frame_meta meta = {.seq = 5, .n_ports = 1, .ports = {53}};
	uint8_t *exact = malloc(caplen ? caplen : 1);
	memcpy(exact, b->p, caplen);
	struct dh_frame f = {.data = exact,
	    .time_ns = 1,
	    .caplen = (uint32_t)caplen,
	    .len = (uint32_t)b->n,
	    .linktype = linktype};
	later = (struct segment_list){.at = segments, .cap = 4};
	batch_reset(batch);
	frame_decode(&f, &meta, batch, &later);
	assert_int_equal(batch->records, 1);
	free(exact);
	free(b);
}

static void decode(uint32_t linktype, struct buf *b)
{
	decode_cut(linktype, b, b->n);
}

static void assert_found(uint32_t linktype, struct buf *b)
{
	decode(linktype, b);
	assert_int_equal(batch->n, 1);
	assert_string_equal(qname_of(batch, 0), "www.example.com");
	assert_int_equal(batch->events[0].flags & EV_NOT_DNS, 0);
	assert_int_equal(batch->skipped, 0);
}

static struct buf *question(void)
{
	return udp(4000, 53, dns_query("www.example.com"));
}

static struct buf *packet(void)
{
	return ip4(17, question());
}

static struct buf *after(const char *header, size_t n, struct buf *inner)
{
	return before(bytes_of(header, n), inner);
}
#define AFTER(header, inner) after(header, sizeof(header) - 1, inner)

static void links_are_peeled(void **state)
{
	assert_found(1, eth(0x0800, packet()));
	assert_found(1, eth(0x86dd, ip6(17, question())));
	assert_found(101, packet());
	assert_found(12, ip6(17, question()));
	assert_found(228, packet());
	assert_found(229, ip6(17, question()));
	assert_found(0, AFTER("\2\0\0\0", packet()));
	assert_found(0, AFTER("\0\0\0\36", ip6(17, question())));
	assert_found(108, AFTER("\0\0\0\2", packet()));
	assert_found(113, AFTER("\0\0\0\1\0\6ABCDEFGH\10\0", packet()));
	assert_found(276, AFTER("\10\0\0\0\0\0\0\1\0\1\0\6ABCDEFGH", packet()));
	assert_found(117, AFTER("\75\2\0\0"
	                        "eth0........................................................",
	                      packet()));
	assert_found(9, AFTER("\377\3\0\41", packet()));
	assert_found(9, AFTER("\41", packet()));
	assert_found(104, AFTER("\17\0\10\0", packet()));
	assert_found(10, AFTER("\120ABCDEFabcdef\252\252\3\0\0\0\10\0", packet()));
}

static void wireless_frames_are_peeled(void **state)
{
#define ADDRESSES "\0\0ABCDEFabcdefGHIJKL\0\0"
	assert_found(105, AFTER("\10\1" ADDRESSES "\252\252\3\0\0\0\10\0", packet()));
	assert_found(105, AFTER("\210\2" ADDRESSES "\0\0\252\252\3\0\0\0\10\0", packet()));
	assert_found(
	    127, AFTER("\0\0\10\0\0\0\0\0\10\1" ADDRESSES "\252\252\3\0\0\0\10\0", packet()));
	/* radiotap says that the header was padded to four bytes */
	assert_found(
	    127, AFTER("\0\0\11\0\2\0\0\0\40\210\1" ADDRESSES "\0\0\0\0\252\252\3\0\0\0\10\0",
	             packet()));
	decode(105, AFTER("\10\101" ADDRESSES "\252\252\3\0\0\0\10\0", packet())); /* protected */
	assert_int_equal(batch->n, 0);
	assert_int_equal(batch->skipped, 1);
}

static void tags_and_labels_are_taken_off(void **state)
{
	assert_found(1, eth(0x8100, AFTER("\0\13\10\0", packet())));
	assert_found(1, eth(0x88a8, AFTER("\0\13\201\0\0\14\201\0\0\15\10\0", packet())));
	assert_found(1, eth(0x8847, AFTER("\0\1\0\100\0\2\1\100", packet())));
	assert_found(1, eth(0x8847, AFTER("\0\2\1\100\0\0\0\0", eth(0x0800, packet()))));
	struct buf *ppp = AFTER("\0\41", packet());
	struct buf *pppoe = BYTES("\21\0\0\1");
	put16(pppoe, (unsigned)ppp->n);
	assert_found(1, eth(0x8864, before(pppoe, ppp)));
}

static void tunnels_are_opened(void **state)
{
	assert_found(101, ip4(4, packet()));
	assert_found(101, ip4(41, ip6(17, question())));
	assert_found(101, ip6(4, packet()));
	assert_found(101, ip4(47, AFTER("\0\0\10\0", packet())));
	assert_found(101, ip4(47, AFTER("\260\0\10\0CCCCKKKKSSSS", packet())));
	assert_found(101, ip4(47, AFTER("\0\0\145\130", eth(0x0800, packet()))));
	assert_found(101, ip4(47, AFTER("\60\1\210\13LLCC\0\0\0\1\41", packet())));
	assert_found(101, ip4(47, AFTER("\0\0\210\276", eth(0x0800, packet()))));
	assert_found(101, ip4(47, AFTER("\20\0\210\276SSSSEEEEEEEE", eth(0x0800, packet()))));
	assert_found(101, ip4(47, AFTER("\20\0\42\353SSSSEEEEEEEEEEE\0", eth(0x0800, packet()))));
	assert_found(
	    101, ip4(47, AFTER("\20\0\42\353SSSSEEEEEEEEEEE\1PPPPPPPP", eth(0x0800, packet()))));
	assert_found(101, ip4(97, AFTER("\60\0", eth(0x0800, packet()))));
	assert_found(101, ip4(17, udp(9, 4789, AFTER("\10\0\0\0\0\0\1\0", eth(0x0800, packet())))));
	assert_found(
	    101, ip4(17, udp(9, 6081, AFTER("\1\0\145\130\0\0\1\0OPTS", eth(0x0800, packet())))));
	assert_found(101, ip4(17, udp(9, 3544, ip6(17, question()))));
	assert_found(101,
	    ip4(17, udp(3544, 9, AFTER("\0\1\1\1IA12345678c\0\0OOOOOO", ip6(17, question())))));
	assert_found(101, ip4(17, udp(9, 2152, AFTER("\60\377\0\0TEID", packet()))));
	assert_found(101, ip4(17, udp(9, 2152, AFTER("\64\377\0\0TEIDSSN\300\1xx\0", packet()))));
}

static void extension_headers_are_walked(void **state)
{
	assert_found(101, ip6(0, AFTER("\74\0\1\4\0\0\0\0"
	                               "\21\1\1\4\0\0\0\0\0\0\0\0\0\0\0\0",
	                             question())));
	assert_found(101, ip6(51, AFTER("\21\4\0\0SPI.SEQ.ICVICVICVICV", question())));
	assert_found(101, ip6_frag(17, 9, 0, false, question())); /* atomic */
	struct buf *endless = buf_new();
	for (int i = 0; i < 40; i++)
		PUT(endless, "\74\0\1\4\0\0\0\0");
	decode(101, ip6(60, endless));
	assert_int_equal(batch->n, 0);
}

static void nesting_is_bounded(void **state)
{
	struct buf *b = packet();
	for (int i = 0; i < 7; i++)
		b = ip4(4, b);
	assert_found(101, b);
	b = packet();
	for (int i = 0; i < 8; i++)
		b = ip4(4, b);
	decode(101, b);
	assert_int_equal(batch->n, 0);
	assert_int_equal(batch->skipped, 1);
}

static void others_are_skipped(void **state)
{
	decode(1, eth(0x0800, ip4(17, udp(4000, 443, BYTES("quic")))));
	assert_int_equal(batch->skipped, 1);
	decode(1, eth(0x0806, BYTES("arp, who has")));
	assert_int_equal(batch->skipped, 1);
	decode(1, eth(0x0800, ip4(6, tcp(4000, 443, 1, 0x10, BYTES("tls")))));
	assert_int_equal(batch->skipped, 1);
	decode(147, BYTES("a private link type"));
	assert_int_equal(batch->malformed[MALFORMED_FRAME_UNKNOWN], 1);
}

static void cut_frames_are_counted_at_every_length(void **state)
{
	struct buf *whole = eth(0x0800, ip4(17, udp(4000, 53, dns_reply("www.example.com"))));
	size_t question_end = 14 + 20 + 8 + DNS_HEADER + 17 + 4;
	for (size_t n = 0; n < whole->n; n++) {
		decode_cut(1, part_of(whole, 0, whole->n), n);
		assert_int_equal(batch->malformed[MALFORMED_SNAPLEN_CUT], 1);
		assert_int_equal(batch->n, n >= question_end);
		decode(1, part_of(whole, 0, n)); /* the same, when it was no longer on the wire */
		assert_int_equal(batch->malformed[MALFORMED_SNAPLEN_CUT], 0);
		assert_true(batch->malformed[MALFORMED_FRAME_SHORT] == 1 ||
		            batch->malformed[MALFORMED_IP_LENGTH] == 1);
	}
	free(whole);
}

static void trailers_are_no_payload_but_surplus_is(void **state)
{
	struct buf *b = eth(0x0800, packet());
	PUT(b, "ethernet padding"); /* behind the IP packet */
	assert_found(1, b);
	assert_int_equal(batch->events[0].extra, 0);

	struct buf *inner = question();
	PUT(inner, "behind the UDP payload");
	b = eth(0x0800, ip4(17, inner));
	assert_found(1, b);
	assert_int_equal(batch->events[0].extra, 22);
	/* and the same on the general way */
	inner = question();
	PUT(inner, "behind the UDP payload");
	assert_found(101, ip4(17, inner));
	assert_int_equal(batch->events[0].extra, 22);
}

static void addresses_and_direction_come_from_the_packet(void **state)
{
	static const uint8_t one[16] = {[10] = 255, 255, 10, 0, 0, 1},
	                     two[16] = {[10] = 255, 255, 10, 0, 0, 2};
	decode(1, eth(0x0800, packet()));
	const struct endpoints *ends = event_ends(batch, &batch->events[0]);
	assert_memory_equal(ends->client, one, 16);
	assert_memory_equal(ends->server, two, 16);
	assert_int_equal(batch->events[0].seq, 5);
	assert_int_equal(batch->events[0].transport, TR_UDP);
	decode(1, eth(0x0800, ip4(17, udp(53, 4000, dns_reply("a.de")))));
	ends = event_ends(batch, &batch->events[0]);
	assert_memory_equal(ends->client, two, 16);
	assert_memory_equal(ends->server, one, 16);
	assert_int_equal(ends->server_port, 53);
}

static void what_stays_on_the_link_is_local(void **state)
{
	struct buf *b = ip4(17, udp(5353, 5353, dns_query("_http._tcp.local")));
	memcpy(b->p + 16, "\340\0\0\373", 4);
	decode(101, b);
	assert_true(batch->events[0].flags & EV_LOCAL);
	decode(101, ip4(17, udp(4000, 5355, dns_query("host")))); /* both private */
	assert_true(batch->events[0].flags & EV_LOCAL);
	b = ip4(17, udp(4000, 5353, dns_query("data.evil.com")));
	memcpy(b->p + 16, "\10\10\10\10", 4);
	decode(101, b);
	assert_int_equal(batch->n, 1);
	assert_false(batch->events[0].flags & EV_LOCAL);
	decode(101, ip6(17, udp(4000, 137, dns_query("x")))); /* global addresses */
	assert_false(batch->events[0].flags & EV_LOCAL);
}

static void what_needs_state_is_only_noted(void **state)
{
	decode(1, eth(0x0800, ip4(6, tcp(4000, 53, 77, 0x18, BYTES("payload")))));
	assert_int_equal(batch->n, 0);
	assert_int_equal(later.n, 1);
	assert_int_equal(segments[0].tcp_seq, 77);
	assert_int_equal(segments[0].len, 7);
	assert_int_equal(segments[0].dst_port, 53);
	assert_int_equal(segments[0].seq, 5);
	decode(1, eth(0x0800, ip4(6, tcp(4000, 53, 77, 0x10, buf_new())))); /* a bare ACK */
	assert_int_equal(later.n, 0);
	decode(1, eth(0x0800, ip4_frag(17, 99, 0x2000 | 185, BYTES("fragment"))));
	assert_int_equal(later.n, 1);
	assert_true(segments[0].frag.is_fragment);
	assert_int_equal(segments[0].frag.offset, 1480);
	assert_true(segments[0].frag.more);
	assert_int_equal(segments[0].frag.id, 99);
}

static void other_ports_can_be_configured(void **state)
{
	struct buf *b = eth(0x0800, ip4(17, udp(4000, 8053, dns_query("a.de"))));
	struct frame_meta meta = {.n_ports = 2, .ports = {53, 8053}};
	struct dh_frame f = {
	    .data = b->p, .caplen = (uint32_t)b->n, .len = (uint32_t)b->n, .linktype = 1};
	batch_reset(batch);
	frame_decode(&f, &meta, batch, &later);
	assert_int_equal(batch->n, 1);
	free(b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(links_are_peeled),
	    cmocka_unit_test(wireless_frames_are_peeled),
	    cmocka_unit_test(tags_and_labels_are_taken_off),
	    cmocka_unit_test(tunnels_are_opened),
	    cmocka_unit_test(extension_headers_are_walked),
	    cmocka_unit_test(nesting_is_bounded),
	    cmocka_unit_test(others_are_skipped),
	    cmocka_unit_test(cut_frames_are_counted_at_every_length),
	    cmocka_unit_test(trailers_are_no_payload_but_surplus_is),
	    cmocka_unit_test(addresses_and_direction_come_from_the_packet),
	    cmocka_unit_test(what_stays_on_the_link_is_local),
	    cmocka_unit_test(what_needs_state_is_only_noted),
	    cmocka_unit_test(other_ports_can_be_configured),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
