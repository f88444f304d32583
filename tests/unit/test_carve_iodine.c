/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/base/cursor.h"
#include "tests/helper/capture.h"

#define FLOWS 32

/* The TCP streams inside the packets that came out. */
struct flow {
	uint8_t key[12]; /* IPv4 addresses and ports */
	uint32_t isn;
	struct bytes data;
};

struct inner {
	struct flow flow[FLOWS];
	int flows;
	unsigned packets[2], gaps, texts;
	uint64_t missing;
	struct bytes facts;
};

static void inner_packet(struct inner *in, struct view ip)
{
	if (ip.len < 40 || ip.p[0] >> 4 != 4 || ip.p[9] != 6)
		return;
	size_t head = (ip.p[0] & 15) * 4u, len = load_be16(ip.p + 2);
	assert_int_equal(len, ip.len);
	const uint8_t *tcp = ip.p + head;
	uint8_t key[12];
	memcpy(key, ip.p + 12, 8);
	memcpy(key + 8, tcp, 4);
	struct flow *f = NULL;
	for (int i = 0; i < in->flows; i++)
		if (memcmp(in->flow[i].key, key, 12) == 0)
			f = &in->flow[i];
	if (!f) {
		assert_true(in->flows < FLOWS);
		f = &in->flow[in->flows++];
		memcpy(f->key, key, 12);
		f->isn = load_be32(tcp + 4);
	}
	size_t at = head + (size_t)(tcp[12] >> 4) * 4;
	if (len > at)
		bytes_put(&f->data, load_be32(tcp + 4) - f->isn - 1, view_of(ip.p + at, len - at));
}

static void collect(void *ctx, const struct carve_item *item)
{
	struct inner *in = ctx;
	char line[256];
	switch (item->kind) {
	case CARVE_PACKET:
		in->packets[item->way]++;
		inner_packet(in, item->data);
		break;
	case CARVE_GAP:
		in->gaps++;
		in->missing += item->missing;
		break;
	case CARVE_TEXT:
		in->texts++;
		snprintf(line, sizeof(line), "%s=%.*s;", item->key, (int)item->data.len,
		    (const char *)item->data.p);
		bytes_put(&in->facts, in->facts.len, view_str(line));
		break;
	default:
		fail();
	}
}

static void inner_free(struct inner *in)
{
	for (int i = 0; i < in->flows; i++)
		free(in->flow[i].data.p);
	free(in->facts.p);
}

/* True when a stream is the file, or ends in it (an HTTP response). */
static bool has_file(const struct inner *in, const struct bytes *file)
{
	for (int i = 0; i < in->flows; i++) {
		const struct bytes *d = &in->flow[i].data;
		if (d->len >= file->len &&
		    memcmp(d->p + d->len - file->len, file->p, file->len) == 0)
			return true;
	}
	return false;
}

static void lab_files_come_back(void **state)
{
	static const struct {
		const char *name, *fact;
	} labs[] = {
	    {"iodine_NULL_lazy", "codec-up=base128;"},
	    {"iodine_TXT_lazy", "option=Lazy;"},
	    {"iodine_CNAME_lazy", "version=00000502;"},
	    {"iodine_A_lazy", "network=172.30.0.1-172.30.0."},
	    {"iodine_TXT_Base32", "option=Base32;"},
	    {"iodine_TXT_Base64", "option=Base64;"},
	    {"iodine_TXT_Base128", "option=Base128;"},
	    {"iodine_TXT_Raw", "option=Raw;"},
	    {"iodine_CNAME_download_idle", "codec-switch=Base128;"},
	    {"iodine_direct_noraw", "codec-up=base128;"},
	    {"iodine_direct_rawUDP", "mode=raw UDP;"},
	};
	int done = 0;
	for (size_t i = 0; i < sizeof(labs) / sizeof(labs[0]); i++) {
		char file[128], path[512];
		struct capture c;
		struct inner in = {0};
		snprintf(file, sizeof(file), "lab/%s.pcap", labs[i].name);
		if (!corpus_path(file, path))
			continue;
		assert_true(capture_read(&c, path));
		snprintf(file, sizeof(file), "lab/payloads/%s.bin", labs[i].name);
		assert_non_null(corpus_path(file, path));
		struct bytes want = bytes_read(path);
		struct carve_sink sink = {collect, &in};
		capture_carve(&c, &carver_iodine, &sink);
		bytes_put(&in.facts, in.facts.len, view_of("", 1));
		printf("%s: %u packets up, %u down, %u gaps of %u\n  %s\n", labs[i].name,
		    in.packets[0], in.packets[1], in.gaps, (unsigned)in.missing, in.facts.p);
		assert_true(has_file(&in, &want));
		assert_non_null(strstr((const char *)in.facts.p, labs[i].fact));
		free(want.p);
		inner_free(&in);
		capture_free(&c);
		done++;
	}
	if (!done) {
		print_message("no corpora: set DNSHOUND_CORPUS\n");
		skip();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(lab_files_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
