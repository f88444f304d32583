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

static void the_lab_document_comes_back(void **state)
{
	char path[512];
	struct capture c;
	struct carved out = {0};
	if (!corpus_path("lab/dns2tcp_TXT_known_document.pcap", path)) {
		print_message("no corpora: set DNSHOUND_CORPUS\n");
		skip();
	}
	assert_true(capture_read(&c, path));
	struct carve_sink sink = carved_sink(&out);
	capture_carve(&c, &carver_dns2tcp, &sink);
	assert_non_null(corpus_path("lab/known_document.txt", path));
	struct bytes want = bytes_read(path);
	assert_int_equal(out.stream[0][CARVE_UP].len, want.len);
	assert_memory_equal(out.stream[0][CARVE_UP].p, want.p, want.len);
	assert_true(carved_says(&out, "resource=sink;"));
	assert_int_equal(out.gaps[CARVE_UP] + out.gaps[CARVE_DOWN], 0);
	free(want.p);
	carved_free(&out);
	capture_free(&c);
}

static void ssh_banners_of_open_captures(void **state)
{
	static const char *const files[] = {
	    "open/tunnel/dmachard+datasets-malicious-dns/dns2tcp.pcap",
	    "open/tunnel/Raaaaag+dns_tunneling_traffic/dns2tcp.pcapng",
	};
	for (size_t i = 0; i < 2; i++) {
		char path[512];
		struct capture c;
		struct carved out = {0};
		if (!corpus_path(files[i], path)) {
			print_message("no corpora: set DNSHOUND_CORPUS\n");
			skip();
		}
		assert_true(capture_read(&c, path));
		struct carve_sink sink = carved_sink(&out);
		capture_carve(&c, &carver_dns2tcp, &sink);
		assert_memory_equal(out.stream[0][CARVE_UP].p, "SSH-2.0-", 8);
		assert_memory_equal(out.stream[0][CARVE_DOWN].p, "SSH-2.0-", 8);
		assert_true(carved_says(&out, "resource=ssh;"));
		carved_free(&out);
		capture_free(&c);
	}
}

static void name_of(char to[256], uint16_t seq, uint8_t type, struct view data)
{
	uint8_t packet[128] = {0x34, 0x12};
	char text[256];
	packet[4] = (uint8_t)(seq >> 8);
	packet[5] = (uint8_t)seq;
	packet[6] = type;
	memcpy(packet + 7, data.p, data.len);
	ptrdiff_t n =
	    codec_encode(codec_of(CODEC_BASE64), view_of(packet, 7 + data.len), text, sizeof(text));
	snprintf(to, 256, "%.*s.x.test", (int)n, text);
}

static void order_copies_and_loss(void **state)
{
	struct capture c = {0};
	struct carved out = {0};
	char name[256], data[8];
	/* Neighbours change places, every fifth comes twice, number 100 is lost; over the wrap. */
	for (unsigned i = 1; i <= 200; i++) {
		unsigned k = i % 2 ? i + 1 : i - 1;
		snprintf(data, sizeof(data), "%03u;", k);
		name_of(name, (uint16_t)((65435 + k - 1) % 65535 + 1), 8, view_str(data));
		if (k == 100)
			continue;
		capture_query(&c, 16, name);
		if (k % 5 == 0)
			capture_query(&c, 16, name);
	}
	struct carve_sink sink = carved_sink(&out);
	capture_carve(&c, &carver_dns2tcp, &sink);
	const struct bytes *up = &out.stream[0][CARVE_UP];
	assert_int_equal(up->len, 199 * 4);
	for (unsigned i = 0; i < 199; i++) {
		snprintf(data, sizeof(data), "%03u;", i + 1 + (i >= 99));
		assert_memory_equal(up->p + 4 * i, data, 4);
	}
	/* One gap where the capture begins inside the stream, one of one query. */
	assert_int_equal(out.gaps[CARVE_UP], 2);
	assert_int_equal(out.missing[CARVE_UP], 1);
	carved_free(&out);
	capture_free(&c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_lab_document_comes_back),
	    cmocka_unit_test(ssh_banners_of_open_captures),
	    cmocka_unit_test(order_copies_and_loss),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
