/* SPDX-License-Identifier: ISC
 *
 * Any text through every decoder: what decodes strictly must encode to the same text again. */
#include "lib/base/assert.h"
#include "lib/codec/codebook.h"
#include "lib/codec/groups.h"
#include "lib/codec/guess.h"
#include "lib/decode/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t out[512];
	char again[512];
	if (size > 400)
		return 0;
	struct view text = view_of(data, size);
	for (int id = 0; id < CODEC_COUNT; id++) {
		const struct codec *c = codec_of((enum codec_id)id);
		ptrdiff_t n = codec_decode(c, text, out, sizeof(out));
		dh_assert(n <= codec_decode_lax(c, text, out, sizeof(out)) || n < 0);
		if (n < 0)
			continue;
		ptrdiff_t m = codec_encode(c, view_of(out, (size_t)n), again, sizeof(again));
		dh_assert(m >= 0 && (size_t)m <= size && size - (size_t)m <= 7);
		for (ptrdiff_t i = 0; i < m; i++)
			dh_assert(codec_value(c, (uint8_t)again[i]) == codec_value(c, data[i]));
	}
	for (int id = 0; id < RADIX_COUNT; id++) {
		uint64_t v;
		const struct radix *r = radix_of((enum radix_id)id);
		ptrdiff_t n = radix_decode(r, text, out, sizeof(out));
		if (n >= 0 && n <= RADIX_MAX_BYTES)
			dh_assert(radix_encode(r, view_of(out, (size_t)n), again, sizeof(again)) <=
			          (ptrdiff_t)size);
		(void)radix_number(r, text, &v);
	}
	for (int id = 0; id < GROUPS_COUNT; id++) {
		const struct groups *g = groups_of((enum groups_id)id);
		ptrdiff_t n = groups_decode(g, text, out, sizeof(out));
		if (n < 0)
			continue;
		dh_assert(groups_encode(g, view_of(out, (size_t)n), again, sizeof(again)) ==
		          (ptrdiff_t)size);
		dh_assert(groups_decode_sized(g, text, out, sizeof(out)) <= n);
	}
	(void)groups_decode_marked(text, out, sizeof(out));
	enum codebook_id book;
	if (size > 0 && size <= 255 && name_span(data, size) == size && codebook_read(text, &book))
		dh_assert((unsigned)book < CODEBOOK_COUNT);
	struct guess g = {0};
	guess_add(&g, text);
	(void)guess_name(guess_best(guess_mask(&g, size & 1)));
	return 0;
}
