/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/base/cursor.h"
#include "lib/codec/codec.h"
#include "tests/helper/capture.h"

static struct carved run(struct capture *c)
{
	struct carved out = {0};
	struct carve_sink sink = carved_sink(&out);
	capture_carve(c, &carver_dnscat2, &sink);
	return out;
}

static void the_plain_capture_yields_its_commands(void **state)
{
	char path[512];
	struct capture c;
	if (!corpus_path(
	        "open/tunnel/elisaUD-cloud+IncidentesCiberseguridad/1-dnscat2_un.pcap", path)) {
		print_message("no corpora: set DNSHOUND_CORPUS\n");
		skip();
	}
	assert_true(capture_read(&c, path));
	struct carved out = run(&c);
	assert_true(carved_says(&out, "command=shell shell;"));
	assert_memory_equal(out.stream[1][CARVE_DOWN].p, "dir c:\\users", 12);
	assert_memory_equal(out.stream[1][CARVE_UP].p, "Microsoft Windows", 17);
	assert_false(carved_says(&out, "encrypted"));
	carved_free(&out);
	capture_free(&c);
}

static void an_open_capture_yields_its_picture(void **state)
{
	char path[512];
	struct capture c;
	if (!corpus_path(
	        "open/tunnel/ntop+nDPI/tests/cfgs/default/pcap/bad-dns-traffic.pcap", path)) {
		print_message("no corpora: set DNSHOUND_CORPUS\n");
		skip();
	}
	assert_true(capture_read(&c, path));
	struct carved out = run(&c);
	assert_true(carved_says(&out, "filename=/tmp/dnscap.png;"));
	assert_memory_equal(out.stream[2][CARVE_UP].p, "\x89PNG\r\n\x1a\n", 8);
	assert_memory_equal(
	    out.stream[2][CARVE_UP].p + out.stream[2][CARVE_UP].len - 8, "IEND\xae\x42\x60\x82", 8);
	assert_int_equal(out.gaps[CARVE_UP], 0);
	carved_free(&out);
	capture_free(&c);
}

static void encrypted_captures_are_told(void **state)
{
	static const char *const files[] = {
	    "open/tunnel/dmachard+datasets-malicious-dns/dnscat2.pcap",
	    "open/tunnel/elisaUD-cloud+IncidentesCiberseguridad/2-dnscat2.pcap",
	    "open/tunnel/Raaaaag+dns_tunneling_traffic/dnscat2.pcapng",
	    "open/tunnel/Raaaaag+dns_tunneling_traffic/dnscat2withALL.pcapng",
	};
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		char path[512];
		struct capture c;
		if (!corpus_path(files[i], path)) {
			print_message("no corpora: set DNSHOUND_CORPUS\n");
			skip();
		}
		assert_true(capture_read(&c, path));
		struct carved out = run(&c);
		assert_true(carved_says(&out, "encrypted=yes;"));
		assert_int_equal(out.stream[0][CARVE_UP].len + out.stream[0][CARVE_DOWN].len, 0);
		carved_free(&out);
		capture_free(&c);
	}
}

/* Hex of a packet as a name, or as the text of a reply. */
static size_t hex(char *to, size_t cap, uint8_t type, struct view body)
{
	static uint8_t random;
	uint8_t packet[256] = {random, (uint8_t)(random * 7), type, 0xab, 0xcd};
	random++;
	memcpy(packet + 5, body.p, body.len);
	return (size_t)codec_encode(codec_of(CODEC_HEX), view_of(packet, 5 + body.len), to, cap);
}

static void query(struct capture *c, uint8_t type, struct view body)
{
	char text[400], name[512];
	size_t n = hex(text, sizeof(text), type, body), at = 0;
	for (size_t i = 0; i < n; i += 60)
		at += (size_t)snprintf(name + at, sizeof(name) - at, "%.*s.",
		    (int)(n - i < 60 ? n - i : 60), text + i);
	snprintf(name + at, sizeof(name) - at, "cafe.test");
	capture_query(c, 15, name);
}

static void reply(struct capture *c, uint8_t type, struct view body)
{
	char text[256] = {0}, name[256];
	snprintf(name, sizeof(name), "%s", "");
	size_t n = hex(text + 1, sizeof(text) - 1, type, body);
	text[0] = (char)n;
	const struct carve_event *q = &c->events[c->n - 1];
	size_t at = 0;
	for (const uint8_t *p = q->name.p; *p; p += 1 + *p)
		at += (size_t)snprintf(
		    name + at, sizeof(name) - at, "%.*s.", *p, (const char *)p + 1);
	name[at - 1] = 0;
	capture_reply(c, 15, name, 16, view_of(text, n + 1));
}

/* MSG: seq, ack, data. */
static struct view msg(uint8_t to[128], uint16_t seq, struct view data)
{
	memset(to, 0, 4);
	store_be16(to, seq);
	memcpy(to + 4, data.p, data.len);
	return view_of(to, 4 + data.len);
}

/* A download of 500 bytes, of which the client sends this many of the packet's 508. */
static struct carved download(size_t sent, uint8_t stolen[500])
{
	struct capture c = {0};
	uint8_t b[128], up[520] = {0};
	for (size_t i = 0; i < 500; i++)
		stolen[i] = (uint8_t)(i * 31 + 7);
	query(&c, 0, view_of("\xff\xf0\0\x21pc\0", 7));
	reply(&c, 0, view_of("\0\5\0\0", 4));
	query(&c, 1, msg(b, 0xfff0, view_of("", 0)));
	reply(&c, 1, msg(b, 5, view_of("\0\0\0\x10\0\7\0\3/etc/shadow\0", 20)));
	store_be32(up, 4 + 500);
	store_be16(up + 4, 0x8007);
	store_be16(up + 6, 3);
	memcpy(up + 8, stolen, 500);
	/* In pieces over the wrap of the 16 bits; the first is sent again, longer. */
	query(&c, 1, msg(b, 0xfff0, view_of(up, 20)));
	query(&c, 1, msg(b, 0xfff0, view_of(up, 60)));
	for (size_t at = 60; at < sent; at += 64)
		query(&c, 1, msg(b, (uint16_t)(0xfff0 + at), view_of(up + at, 64)));
	query(&c, 2, view_of("\0bye", 5));
	struct carved out = run(&c);
	capture_free(&c);
	return out;
}

static void a_download_comes_back_as_a_file(void **state)
{
	uint8_t stolen[500];
	struct carved out = download(508, stolen);
	assert_true(carved_says(&out, "command=download /etc/shadow;"));
	assert_true(carved_says(&out, "filename=/etc/shadow;"));
	assert_true(carved_says(&out, "name=pc;"));
	assert_int_equal(out.stream[1][CARVE_UP].len, sizeof(stolen));
	assert_memory_equal(out.stream[1][CARVE_UP].p, stolen, sizeof(stolen));
	assert_int_equal(out.gaps[0] + out.gaps[1], 0);
	carved_free(&out);
}

static void what_a_cut_download_lacks_is_told(void **state)
{
	uint8_t stolen[500];
	struct carved out = download(444, stolen);
	assert_int_equal(out.stream[1][CARVE_UP].len, 436);
	assert_memory_equal(out.stream[1][CARVE_UP].p, stolen, 436);
	assert_int_equal(out.missing[CARVE_UP], 64);
	carved_free(&out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_plain_capture_yields_its_commands),
	    cmocka_unit_test(an_open_capture_yields_its_picture),
	    cmocka_unit_test(encrypted_captures_are_told),
	    cmocka_unit_test(a_download_comes_back_as_a_file),
	    cmocka_unit_test(what_a_cut_download_lacks_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
