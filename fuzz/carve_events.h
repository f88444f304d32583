/* SPDX-License-Identifier: ISC
 *
 * Fuzzer input as events for a carver. Each event is: a byte of choices (bits 0-2 query type,
 * 3 response, 4 case lost, 5 no DNS, 6 a later minute), a byte length and a name in text with
 * dots, then for responses a byte for the record's type, two bytes of length and the rdata. Names
 * become valid wire names, as the decoder guarantees. */
#pragma once

#include <stdlib.h>

#include "lib/base/cursor.h"
#include "lib/carve/carve.h"

static const uint16_t fuzz_types[8] = {1, 5, 10, 15, 16, 25, 33, 65399};

/* Of records: the same, and more. */
static const uint16_t fuzz_records[16] = {
    1, 5, 10, 15, 16, 25, 33, 65399, 28, 2, 12, 65280, 65535, 41, 6, 99};

static inline size_t fuzz_name(struct view text, uint8_t wire[256])
{
	size_t n = 0, i = 0;
	while (i < text.len && n < 190) {
		size_t len = 0;
		while (i + len < text.len && len < 63 && text.p[i + len] != '.')
			len++;
		if (len > 0) {
			wire[n++] = (uint8_t)len;
			memcpy(wire + n, text.p + i, len);
			n += len;
		}
		i += len + (i + len < text.len && text.p[i + len] == '.');
	}
	wire[n++] = 0;
	return n;
}

static inline void fuzz_item(void *ctx, const struct carve_item *item)
{
	uint64_t *sum = ctx;
	for (size_t i = 0; i < item->data.len; i++)
		*sum += item->data.p[i];
}

static inline int fuzz_carver(const struct carver *carver, const uint8_t *data, size_t size)
{
	static void *mem;
	uint64_t sum = 0, number = 0;
	int64_t time_ns = 0;
	struct cursor c = cursor_over(view_of(data, size));
	struct carve_sink sink = {fuzz_item, &sum};
	struct carve_options options = {.key = {1, 2}, .password = view_str("secret")};
	if (!mem)
		mem = malloc(carver->size());
	if (!mem)
		return 0;
	void *state = carver->init(mem, &sink, &options);
	while (cursor_left(&c) > 0) {
		uint8_t choice = cursor_u8(&c), wire[256], packed[2048];
		struct view text = cursor_view(&c, cursor_u8(&c));
		struct carve_event e = {.time_ns = time_ns, .number = number++};
		e.qtype = fuzz_types[choice & 7];
		e.flags = choice & 8 ? EV_RESPONSE : EV_QUERY;
		if (!(choice & 16))
			e.flags |= EV_CASE_KNOWN;
		time_ns += choice & 64 ? 60000000000 : 1000000;
		if (choice & 32) {
			e.flags |= EV_NOT_DNS;
			e.payload = text;
		} else {
			e.name = view_of(wire, fuzz_name(text, wire));
			e.top_at = (uint8_t)(e.name.len - 1);
		}
		if (choice & 8) {
			uint16_t type = fuzz_records[cursor_u8(&c) & 15];
			struct view rdata = cursor_view(&c, cursor_u16(&c) & 1023);
			uint16_t len = (uint16_t)rdata.len;
			memset(packed, 0, ANSWER_HEADER);
			memcpy(packed, &type, 2);
			memcpy(packed + 2, &len, 2);
			if (len > 0)
				memcpy(packed + ANSWER_HEADER, rdata.p, len);
			e.answers = view_of(packed, ANSWER_HEADER + len);
		}
		carver->feed(state, &e);
	}
	carver->finish(state);
	return 0;
}
