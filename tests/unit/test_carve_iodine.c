/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include <zlib.h>

#include "lib/base/cursor.h"
#include "lib/codec/codec.h"
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
		assert_int_equal(in.gaps, 0);
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

#define PACKETS 40

/* Packets that a test sends, and what came out of the carver. */
struct run {
	uint8_t sent[PACKETS][600];
	size_t len[PACKETS];
	unsigned got[2]; /* how many came, each equal to the next one sent */
	unsigned lost;   /* packets that were not sent to the carver */
	unsigned other;  /* packets out of order */
	uint64_t missing[2];
	const bool *skip;
};

static void compare(void *ctx, const struct carve_item *item)
{
	struct run *r = ctx;
	if (item->kind == CARVE_GAP)
		r->missing[item->way] += item->missing;
	if (item->kind != CARVE_PACKET)
		return;
	unsigned *n = &r->got[item->way];
	while (*n < PACKETS && r->skip[*n])
		(*n)++;
	if (*n == PACKETS || item->data.len != r->len[*n] ||
	    memcmp(item->data.p, r->sent[*n], r->len[*n]) != 0)
		r->other++;
	else
		(*n)++;
}

static size_t pack(const struct run *r, unsigned i, uint8_t *to, size_t cap)
{
	uint8_t frame[700] = {0, 0, 8, 0};
	uLongf n = cap;
	memcpy(frame + 4, r->sent[i], r->len[i]);
	assert_int_equal(compress2(to, &n, frame, 4 + r->len[i], 9), Z_OK);
	return n;
}

static char b32(unsigned v)
{
	return "abcdefghijklmnopqrstuvwxyz012345"[v & 31];
}

/* One packet upstream in fragments of 60 bytes. */
static void send_up(
    struct capture *c, const struct run *r, unsigned i, enum codec_id codec, bool twice)
{
	static unsigned counter;
	uint8_t packed[1024];
	size_t len = pack(r, i, packed, sizeof(packed));
	for (unsigned f = 0; f * 60 < len; f++) {
		char name[400] = {0}, text[200];
		size_t part = len - f * 60 < 60 ? len - f * 60 : 60;
		ptrdiff_t n = codec_encode(
		    codec_of(codec), view_of(packed + f * 60, part), text, sizeof(text));
		for (int copy = 0; copy <= twice; copy++) {
			unsigned seq = i & 7, last = (f + 1) * 60 >= len;
			int at = snprintf(name, sizeof(name), "3%c%c%c%c", b32(seq << 2 | f >> 2),
			    b32((f & 3) << 3), b32(last), b32(counter++ % 26));
			for (ptrdiff_t k = 0; k < n; k += 50)
				at += snprintf(name + at, sizeof(name) - (size_t)at, "%.*s.",
				    (int)(n - k < 50 ? n - k : 50), text + k);
			snprintf(name + at, sizeof(name) - (size_t)at, "t.test");
			capture_query(c, 10, name);
		}
	}
}

static size_t wire_name(uint8_t *to, char mark, const char *text, size_t len)
{
	size_t n = 0;
	char all[400] = {mark};
	memcpy(all + 1, text, len++);
	for (size_t k = 0; k < len; k += 57) {
		size_t part = len - k < 57 ? len - k : 57;
		to[n++] = (uint8_t)part;
		memcpy(to + n, all + k, part);
		n += part;
	}
	memcpy(to + n, "\2xy", 4);
	return n + 4;
}

/* One packet downstream in fragments of 100 bytes, by this type and codec; codec CODEC_COUNT
 * stands for raw bytes. */
static void send_down(
    struct capture *c, const struct run *r, unsigned i, uint16_t type, enum codec_id codec)
{
	static const char marks[2][CODEC_COUNT + 1] = {
	    {[CODEC_BASE32_IODINE] = 't',
	        [CODEC_BASE64_IODINE] = 's',
	        [CODEC_BASE64U_IODINE] = 'u',
	        [CODEC_BASE128_IODINE] = 'v',
	        [CODEC_COUNT] = 'r'},
	    {[CODEC_BASE32_IODINE] = 'h',
	        [CODEC_BASE64_IODINE] = 'i',
	        [CODEC_BASE64U_IODINE] = 'j',
	        [CODEC_BASE128_IODINE] = 'k'},
	};
	static unsigned counter;
	uint8_t packed[1024], part[128], rdata[512] = {0};
	char text[400], name[64];
	size_t len = pack(r, i, packed, sizeof(packed));
	for (unsigned f = 0; f * 100 < len; f++) {
		size_t n = len - f * 100 < 100 ? len - f * 100 : 100, size = 0;
		part[0] = 0x80;
		part[1] = (uint8_t)((i & 7) << 5 | f << 1 | ((f + 1) * 100 >= len));
		memcpy(part + 2, packed + f * 100, n);
		n += 2;
		ptrdiff_t m = (ptrdiff_t)n;
		if (codec == CODEC_COUNT)
			memcpy(text, part, n);
		else
			m = codec_encode(codec_of(codec), view_of(part, n), text, sizeof(text));
		if (type == 10 || type == 65399) {
			memcpy(rdata, part, n);
			size = n;
		} else if (type == 16) {
			rdata[0] = (uint8_t)(m + 1);
			rdata[1] = (uint8_t)marks[0][codec];
			memcpy(rdata + 2, text, (size_t)m);
			size = 2 + (size_t)m;
		} else {
			size_t head = type == 15 ? 2 : type == 33 ? 6 : 0;
			size = head + wire_name(rdata + head, marks[1][codec], text, (size_t)m);
		}
		/* A ping of user 3: the answer belongs to no query of its own. */
		snprintf(name, sizeof(name), "pamaa%c%c.t.test", b32(counter), b32(counter / 32));
		counter++;
		capture_reply(c, type == 5 ? 1 : type, name, type, view_of(rdata, size));
	}
}

static void make_packets(struct run *r, const bool *skip)
{
	uint32_t seed = 5;
	memset(r, 0, sizeof(*r));
	r->skip = skip;
	for (unsigned i = 0; i < PACKETS; i++) {
		r->len[i] = 30 + (i * 37) % 400;
		for (size_t k = 0; k < r->len[i]; k++)
			r->sent[i][k] = (uint8_t)((seed = seed * 1664525 + 1013904223) >> 24);
		r->sent[i][0] = 0x45;
		r->lost += skip[i];
	}
}

static void check(struct capture *c, struct run *r)
{
	struct carve_sink sink = {compare, r};
	capture_carve(c, &carver_iodine, &sink);
	assert_int_equal(r->other, 0);
	capture_free(c);
}

static void every_codec_up_without_the_handshake(void **state)
{
	static const enum codec_id codecs[] = {
	    CODEC_BASE32_IODINE, CODEC_BASE64_IODINE, CODEC_BASE64U_IODINE, CODEC_BASE128_IODINE};
	static const bool none[PACKETS];
	for (size_t k = 0; k < 4; k++) {
		struct capture c = {0};
		struct run r;
		make_packets(&r, none);
		for (unsigned i = 0; i < PACKETS; i++)
			send_up(&c, &r, i, codecs[k], i % 5 == 0);
		check(&c, &r);
		assert_int_equal(r.got[CARVE_UP], PACKETS);
		assert_int_equal(r.missing[CARVE_UP], 0);
	}
}

static void every_type_and_codec_down(void **state)
{
	static const uint16_t types[] = {10, 65399, 16, 5, 15, 33};
	static const enum codec_id codecs[] = {CODEC_BASE32_IODINE, CODEC_BASE64_IODINE,
	    CODEC_BASE64U_IODINE, CODEC_BASE128_IODINE, CODEC_COUNT};
	static const bool none[PACKETS];
	for (size_t t = 0; t < 6; t++)
		for (size_t k = 0; k < 5; k++) {
			struct capture c = {0};
			struct run r;
			if (t >= 3 && codecs[k] == CODEC_COUNT)
				continue;
			make_packets(&r, none);
			for (unsigned i = 0; i < PACKETS; i++)
				send_down(&c, &r, i, types[t], codecs[k]);
			check(&c, &r);
			assert_int_equal(r.got[CARVE_DOWN], PACKETS);
			assert_int_equal(r.missing[CARVE_DOWN], 0);
		}
}

static void lost_packets_are_counted(void **state)
{
	bool skip[PACKETS] = {[5] = true, [17] = true, [18] = true, [30] = true};
	struct capture c = {0};
	struct run r;
	make_packets(&r, skip);
	for (unsigned i = 0; i < PACKETS; i++)
		if (!skip[i]) {
			send_up(&c, &r, i, CODEC_BASE128_IODINE, true);
			send_down(&c, &r, i, 10, CODEC_COUNT);
		}
	check(&c, &r);
	assert_int_equal(r.got[CARVE_UP], PACKETS);
	assert_int_equal(r.missing[CARVE_UP], r.lost);
	assert_int_equal(r.missing[CARVE_DOWN], r.lost);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_codec_up_without_the_handshake),
	    cmocka_unit_test(every_type_and_codec_down),
	    cmocka_unit_test(lost_packets_are_counted),
	    cmocka_unit_test(lab_files_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
