/* SPDX-License-Identifier: ISC */
#include "tests/unit/capture_build.h"

#include <errno.h>
#include <zlib.h>
#include <zstd.h>

#define LINES 40000

static struct scratch tmp;
static struct chunk_slot slot;
static struct told told;
static struct build plain; /* a JSON log that compresses to several blocks */

static int setup(void **state)
{
	scratch_init(&tmp);
	uint32_t x = 1;
	for (int i = 0; i < LINES; i++) {
		char line[64];
		x = x * 1664525 + 1013904223;
		snprintf(line, sizeof(line), "{\"n\":%d,\"x\":\"%08x\"}\n", i, x);
		put_str(&plain, line);
	}
	return slot_init(&slot);
}

static int teardown(void **state)
{
	scratch_done(&tmp);
	slot_done(&slot);
	build_done(&plain);
	return 0;
}

static void put_gzip(struct build *b, const uint8_t *p, size_t n)
{
	z_stream z = {0};
	uLong room = compressBound(n) + 64;
	uint8_t *out = malloc(room);
	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, 31, 8, Z_DEFAULT_STRATEGY), Z_OK);
	z.next_in = (Bytef *)(uintptr_t)p;
	z.avail_in = (uInt)n;
	z.next_out = out;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	put(b, out, z.total_out);
	deflateEnd(&z);
	free(out);
}

static void put_zstd(struct build *b, const uint8_t *p, size_t n)
{
	size_t room = ZSTD_compressBound(n);
	uint8_t *out = malloc(room);
	size_t len = ZSTD_compress(out, room, p, n, 3);
	assert_false(ZSTD_isError(len));
	put(b, out, len);
	free(out);
}

typedef void put_fn(struct build *b, const uint8_t *p, size_t n);
static put_fn *const both[] = {put_gzip, put_zstd};

/* Reads the file; how many bytes came that are those of the plain log, from its beginning on. */
static size_t read_back(const struct build *b)
{
	told = (struct told){0};
	struct source_options o = {
	    .path = scratch_file(&tmp, "in", b->p, b->len), .sink = sink_of(&told)};
	struct source *s;
	if (source_open(&s, &o) < 0)
		return 0;
	size_t n = 0;
	bool is_same = true;
	while (source_next(s, &slot) == 1) {
		for (size_t i = 0; i < slot.chunk.len; i++) {
			is_same &= n < plain.len && (uint8_t)slot.chunk.bytes[i] == plain.p[n];
			n += is_same;
		}
	}
	if (told.n == 0)
		assert_int_equal(source_done_bytes(s), source_total_bytes(s));
	source_close(s);
	return n;
}

static void a_compressed_log_reads_like_the_plain_one(void **state)
{
	for (int k = 0; k < 2; k++) {
		struct build b = {0};
		both[k](&b, plain.p, plain.len);
		assert_int_equal(read_back(&b), plain.len);
		assert_int_equal(told.n, 0);
		build_done(&b);
	}
}

static void members_follow_each_other_without_a_seam(void **state)
{
	for (int k = 0; k < 2; k++) {
		struct build b = {0};
		/* Cut inside a line, and one empty member. */
		both[k](&b, plain.p, 70001);
		both[k](&b, plain.p, 0);
		both[k](&b, plain.p + 70001, plain.len - 70001);
		assert_int_equal(read_back(&b), plain.len);
		assert_int_equal(told.n, 0);
		build_done(&b);
	}
}

static void zeros_may_pad_a_gzip_file_other_bytes_not(void **state)
{
	struct build b = {0};
	put_gzip(&b, plain.p, plain.len);
	put(&b, "\0\0\0\0\0", 5);
	assert_int_equal(read_back(&b), plain.len);
	assert_int_equal(told.n, 0);
	put_str(&b, "garbage");
	assert_int_equal(read_back(&b), plain.len);
	assert_int_equal(told.by_reason[CAPTURE_COMPRESSED], 1);
	assert_int_equal(told.by_severity[CAPTURE_ERROR], 1);
	assert_int_equal(told.last_offset, b.len - 7);
	build_done(&b);
}

static void a_cut_file_gives_what_it_has_and_a_warning(void **state)
{
	for (int k = 0; k < 2; k++) {
		struct build b = {0};
		both[k](&b, plain.p, plain.len);
		b.len /= 2;
		size_t n = read_back(&b);
		assert_in_range(n, plain.len / 4, plain.len * 3 / 4);
		assert_int_equal(told.n, 1);
		assert_int_equal(told.by_reason[CAPTURE_COMPRESSED], 1);
		assert_int_equal(told.by_severity[CAPTURE_WARNING], 1);
		assert_int_equal(told.last_offset, b.len);
		build_done(&b);
	}
}

static void damage_is_told_with_its_place_and_ends_the_file(void **state)
{
	for (int k = 0; k < 2; k++) {
		struct build b = {0};
		both[k](&b, plain.p, 60000);
		size_t good = b.len;
		both[k](&b, plain.p + 60000, plain.len - 60000);
		memset(b.p + good + (b.len - good) / 2, 0xff, 64);
		size_t n = read_back(&b);
		assert_in_range(n, 60000, plain.len - 1);
		assert_int_equal(told.n, 1);
		assert_int_equal(told.by_severity[CAPTURE_ERROR], 1);
		assert_int_equal(told.by_reason[CAPTURE_COMPRESSED], 1);
		assert_in_range(told.last_offset, good, b.len);
		build_done(&b);
	}
}

static void a_file_that_is_only_a_magic_is_told(void **state)
{
	struct build b = {0};
	put(&b, "\x1f\x8b\x08", 3);
	assert_int_equal(read_back(&b), 0);
	assert_int_equal(told.n, 1);
	b.len = 0;
	put(&b, "\x28\xb5\x2f\xfd", 4);
	assert_int_equal(read_back(&b), 0);
	assert_int_equal(told.n, 1);
	b.len = 0;
	put_gzip(&b, plain.p, 0);
	assert_int_equal(read_back(&b), 0);
	assert_int_equal(told.by_reason[CAPTURE_EMPTY], 1);
	build_done(&b);
}

static void a_zstd_window_cannot_take_all_memory(void **state)
{
	ZSTD_CCtx *c = ZSTD_createCCtx();
	ZSTD_CCtx_setParameter(c, ZSTD_c_windowLog, 27);
	struct build b = {0};
	uint8_t *out = malloc(ZSTD_compressBound(plain.len));
	/* Streaming without a known size keeps the window in the frame header. */
	ZSTD_outBuffer to = {out, ZSTD_compressBound(plain.len), 0};
	ZSTD_inBuffer from = {plain.p, plain.len, 0};
	ZSTD_compressStream2(c, &to, &from, ZSTD_e_continue);
	assert_int_equal(ZSTD_compressStream2(c, &to, &from, ZSTD_e_end), 0);
	put(&b, out, to.pos);
	assert_int_equal(read_back(&b), 0);
	assert_int_equal(told.n, 1);
	assert_non_null(strstr(told.last_text, "8 MiB"));
	ZSTD_freeCCtx(c);
	free(out);
	build_done(&b);
}

static void a_capture_may_be_inside(void **state)
{
	struct build pcap = {0}, b = {0};
	put_pcap_header(&pcap, 0xa1b2c3d4, 1);
	for (uint32_t i = 0; i < 9000; i++)
		put_pcap_packet(&pcap, i, 0, 80, (uint8_t)i);
	put_gzip(&b, pcap.p, pcap.len);
	told = (struct told){0};
	struct source_options o = {
	    .path = scratch_file(&tmp, "in", b.p, b.len), .sink = sink_of(&told)};
	struct source *s;
	assert_int_equal(source_open(&s, &o), 0);
	size_t n = 0;
	while (source_next(s, &slot) == 1)
		n += slot.chunk.n_frames;
	assert_int_equal(n, 9000);
	assert_int_equal(told.n, 0);
	source_close(s);
	build_done(&b);
	build_done(&pcap);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_compressed_log_reads_like_the_plain_one),
	    cmocka_unit_test(members_follow_each_other_without_a_seam),
	    cmocka_unit_test(zeros_may_pad_a_gzip_file_other_bytes_not),
	    cmocka_unit_test(a_cut_file_gives_what_it_has_and_a_warning),
	    cmocka_unit_test(damage_is_told_with_its_place_and_ends_the_file),
	    cmocka_unit_test(a_file_that_is_only_a_magic_is_told),
	    cmocka_unit_test(a_zstd_window_cannot_take_all_memory),
	    cmocka_unit_test(a_capture_may_be_inside),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
