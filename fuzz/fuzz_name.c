/* SPDX-License-Identifier: ISC
 *
 * The input is a message; names are read at each offset. What reads must print, and what it prints
 * must read back to the same bytes. The input is also taken as text. */
#include "lib/base/assert.h"
#include "lib/decode/name.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const uint8_t *wire, size_t len)
{
	char text[NAME_TEXT_MAX];
	uint8_t again[NAME_WIRE_MAX];
	size_t again_len, n = name_print(wire, text);
	dh_assert(name_span(wire, len) == len);
	dh_assert(n > 0 && n < NAME_TEXT_MAX && text[n] == 0);
	dh_assert(name_from_text(view_of(text, n), again, &again_len));
	dh_assert(again_len == len && memcmp(wire, again, len) == 0);
	dh_assert(name_is_below(wire, len, again, len));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct view msg = view_of(data, size);
	uint8_t name[NAME_WIRE_MAX];
	size_t len, next, keep;
	if (size > 600)
		return 0;
	for (size_t at = 0; at < size; at++) {
		size_t skipped = name_skip(msg, at), span = name_span(data + at, size - at);
		if (name_read(msg, at, name, &len, &next)) {
			dh_assert(next == skipped && next <= size);
			dh_assert(span == 0 || span == len);
			check_name(name, len);
		} else {
			dh_assert(span == 0);
		}
		size_t whole = name_span_long(data + at, size - at, &keep);
		if (whole > 0)
			check_name(data + at + keep, whole - keep);
	}
	if (name_from_text(msg, name, &len))
		check_name(name, len);
	return 0;
}
