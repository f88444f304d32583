/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>

#include "lib/codec/codec.h"
#include "lib/codec/radix.h"
#include "tests/helper/capture.h"

#define FILE_BYTES 20000

static uint32_t seed;

static uint32_t dice(uint32_t sides)
{
	seed = seed * 1664525 + 1013904223;
	return (seed >> 8) % sides;
}

/* How a made-up tool sends its file. */
struct way {
	const char *format; /* of a name: text, counter */
	bool counter_first; /* in the format */
	enum codec_id codec;
	unsigned bytes;   /* of the file in a name, when cut before encoding */
	unsigned symbols; /* of the text in a name, when cut after encoding */
	unsigned label;   /* symbols in a label */
	bool is_text;     /* the file is English text, not random */
};

static const struct way ways[] = {
    {"%s.%x.4f006e.t.evil.test", false, CODEC_HEX, 50, 0, 50, true},
    {"%u.%s.t.evil.test", true, CODEC_BASE32, 110, 0, 60, false},
    {"%s.%04x.t.evil.test", false, CODEC_BASE64URL, 100, 0, 63, false},
    {"%05u-%s.t.evil.test", true, CODEC_BASE64URL, 30, 0, 63, false},
    {"%04x%s.t.evil.test", true, CODEC_HEX, 20, 0, 63, false},
    {"%s.%u.t.evil.test", false, CODEC_BASE32, 0, 9, 9, false},
    {"%s.%u.t.evil.test", false, CODEC_BASE32, 0, 9, 9, true},
    {"%s.%u.t.evil.test", false, CODEC_BASE64, 0, 99, 50, false},
    {"%s.%x.t.evil.test", false, CODEC_BASE32HEX, 0, 110, 55, true},
};

static void make_file(uint8_t *to, bool is_text)
{
	static const char *const words[] = {"salary", "quarter", "the", "of", "confidential", "to",
	    "customer", "2026", "account", "and"};
	size_t n = 0;
	while (n < FILE_BYTES) {
		if (!is_text) {
			to[n++] = (uint8_t)dice(256);
			continue;
		}
		for (const char *w = words[dice(10)]; *w && n < FILE_BYTES; w++)
			to[n++] = (uint8_t)*w;
		if (n < FILE_BYTES)
			to[n++] = ' ';
	}
}

static void labels_of(char *to, const char *text, size_t len, unsigned label)
{
	size_t n = 0;
	for (size_t i = 0; i < len; i++) {
		if (i > 0 && i % label == 0)
			to[n++] = '.';
		to[n++] = text[i];
	}
	to[n] = 0;
}

/* The names that carry the file, in order; their number. */
static unsigned send(const struct way *w, const uint8_t *file, char (*names)[256])
{
	static char all[FILE_BYTES * 2 + 8];
	unsigned n = 0;
	const struct codec *c = codec_of(w->codec);
	ptrdiff_t len = codec_encode(c, view_of(file, FILE_BYTES), all, sizeof(all));
	for (size_t at = 0; at < (w->bytes ? FILE_BYTES : (size_t)len); n++) {
		char text[256], labels[256];
		size_t part = w->bytes ? w->bytes : w->symbols;
		size_t left = (w->bytes ? FILE_BYTES : (size_t)len) - at;
		part = part < left ? part : left;
		ptrdiff_t m = (ptrdiff_t)part;
		if (w->bytes)
			m = codec_encode(c, view_of(file + at, part), text, sizeof(text));
		else
			memcpy(text, all + at, part);
		labels_of(labels, text, (size_t)m, w->label);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
		if (w->counter_first)
			snprintf(names[n], 256, w->format, n, labels);
		else
			snprintf(names[n], 256, w->format, labels, n);
#pragma GCC diagnostic pop
		at += part;
	}
	return n;
}

static struct carved run(struct capture *c)
{
	struct carved out = {0};
	struct carve_sink sink = carved_sink(&out);
	capture_carve(c, &carver_generic, &sink);
	return out;
}

static void files_come_back_from_any_order(void **state)
{
	static uint8_t file[FILE_BYTES];
	static char names[4096][256];
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct capture c = {0};
		seed = (uint32_t)i + 1;
		make_file(file, ways[i].is_text);
		unsigned n = send(&ways[i], file, names), order[4096];
		for (unsigned k = 0; k < n; k++)
			order[k] = k;
		for (unsigned k = n - 1; k > 0; k--) {
			unsigned other = dice(k + 1), t = order[k];
			order[k] = order[other];
			order[other] = t;
		}
		for (unsigned k = 0; k < n; k++) {
			capture_query(&c, 1, names[order[k]]);
			if (dice(50) == 0)
				capture_query(&c, 1, names[order[dice(k + 1)]]);
			if (dice(50) == 0)
				capture_query(&c, 1, k % 2 ? "www.evil.test" : "evil.test");
		}
		struct carved out = run(&c);
		if (out.stream[0][CARVE_UP].len != FILE_BYTES)
			print_message("way %zu: %.*s\n", i, (int)out.facts.len, out.facts.p);
		assert_int_equal(out.stream[0][CARVE_UP].len, FILE_BYTES);
		assert_memory_equal(out.stream[0][CARVE_UP].p, file, FILE_BYTES);
		assert_int_equal(out.gaps[CARVE_UP], 0);
		char fact[64];
		snprintf(fact, sizeof(fact), "encoding=%s;", codec_of(ways[i].codec)->name);
		assert_true(carved_says(&out, fact));
		carved_free(&out);
		capture_free(&c);
	}
}

/* The bytes of the file that can still be known when some names are lost. Where text was cut, a
 * gap hides the rest of the block of eight symbols that it ends in. */
static size_t known_bytes(const struct way *w, const uint8_t *file, const bool *lost, uint8_t *to)
{
	size_t n = 0, bits = codec_of(w->codec)->bits, safe = 0;
	for (size_t b = 0; b < FILE_BYTES; b++) {
		size_t first = b, last = b, part = w->bytes;
		if (!part) {
			first = b * 8 / bits;
			last = (b * 8 + 7) / bits;
			part = w->symbols;
		}
		for (size_t k = first / part; k <= last / part; k++)
			if (lost[k])
				safe = w->bytes ? 0 : ((k + 1) * part + 7) / 8 * 8;
		if (!lost[first / part] && !lost[last / part] && first >= safe)
			to[n++] = file[b];
	}
	return n;
}

/* Two names in a hundred are lost: each gap is told, and nothing else is harmed. */
static void loss_is_told_and_does_not_spread(void **state)
{
	static uint8_t file[FILE_BYTES], want[FILE_BYTES];
	static char names[4096][256];
	for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
		struct capture c = {0};
		bool lost[4096] = {false};
		seed = (uint32_t)i + 77;
		make_file(file, ways[i].is_text);
		unsigned n = send(&ways[i], file, names), missing = 0;
		for (unsigned k = 0; k < n; k++) {
			lost[k] = k >= 2 && k < n - 1 && dice(50) == 0;
			missing += lost[k];
			if (!lost[k])
				capture_query(&c, 1, names[k]);
		}
		assert_true(missing > 0);
		size_t len = known_bytes(&ways[i], file, lost, want);
		struct carved out = run(&c);
		assert_int_equal(out.missing[CARVE_UP], missing);
		assert_int_equal(out.stream[0][CARVE_UP].len, len);
		assert_memory_equal(out.stream[0][CARVE_UP].p, want, len);
		carved_free(&out);
		capture_free(&c);
	}
}

static void lab_files_come_back(void **state)
{
	static const struct {
		const char *name;
		size_t bytes;
	} labs[] = {
	    {"lab/exfil_b32_A_dnsexf.pcap", 40000},
	    {"lab/exfil_hex_A_seqtail.pcap", 20000},
	    {"lab/lowslow_30s_hex_A.pcap", 20000},
	};
	for (size_t i = 0; i < sizeof(labs) / sizeof(labs[0]); i++) {
		char path[512];
		struct capture c;
		if (!corpus_path(labs[i].name, path)) {
			print_message("no corpora: set DNSHOUND_CORPUS\n");
			skip();
		}
		assert_true(capture_read(&c, path));
		struct carved out = run(&c);
		assert_non_null(corpus_path("lab/known_document.txt", path));
		struct bytes want = bytes_read(path);
		want.len = labs[i].bytes;
		assert_int_equal(out.stream[0][CARVE_UP].len, want.len);
		assert_memory_equal(out.stream[0][CARVE_UP].p, want.p, want.len);
		assert_int_equal(out.gaps[CARVE_UP], 0);
		free(want.p);
		carved_free(&out);
		capture_free(&c);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(files_come_back_from_any_order),
	    cmocka_unit_test(loss_is_told_and_does_not_spread),
	    cmocka_unit_test(lab_files_come_back),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
