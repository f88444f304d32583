/* SPDX-License-Identifier: ISC
 *
 * The input is a row of queries of one pair: two bytes of type and id each, then a name; or bytes
 * that are no DNS. Whatever is claimed must be sound text. */
#include <stdlib.h>

#include "lib/base/assert.h"
#include "lib/decode/name.h"
#include "lib/judge/tools/tool.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_claim(const void *state, struct recognised r)
{
	struct tool_claim claim;
	tool_claim(state, &claim);
	dh_assert(claim.confidence == r.confidence && claim.tool == r.tool);
	dh_assert((claim.tool == TOOL_NONE) == (claim.confidence == CONFIDENCE_NONE));
	dh_assert(claim.n_details <= TOOL_DETAILS);
	for (unsigned i = 0; i < claim.n_details; i++) {
		const char *v = claim.details[i].value;
		size_t len = strnlen(v, TOOL_DETAIL_MAX);
		dh_assert(len < TOOL_DETAIL_MAX);
		for (size_t k = 0; k < len; k++)
			dh_assert(v[k] >= 0x20 && v[k] < 0x7f);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint16_t types[] = {1, 5, 10, 15, 16, 25, 28, 33, 65399, 99};
	static struct batch *b;
	uint64_t state[RECOGNISE_BYTES / 8] = {0};
	uint32_t number = 0;

	if (!b)
		b = batch_init(aligned_alloc(64, (batch_size() + 63) / 64 * 64));
	for (size_t at = 0; size - at > 3;) {
		uint8_t kind = data[at], id = data[at + 1], zone = data[at + 2];
		struct endpoints *ends = NULL;
		at += 3;
		batch_reset(b);
		struct event *e = batch_open(b, &ends);
		ends->id = (uint16_t)(kind & 64 ? number * 7727u : id);
		e->qtype = types[kind % 10];
		e->flags = (uint16_t)(EV_QUERY | (kind & 128 ? 0 : EV_CASE_KNOWN));
		e->name_hash = (uint64_t)++number << 20;
		size_t len = name_span(data + at, size - at);
		if (len > 0) {
			batch_name(b, e, data + at, len);
			/* The zone begins at some label. */
			unsigned end = 0;
			for (unsigned i = 0; i < zone % 16u && data[at + end]; i++)
				end += data[at + end] + 1u;
			e->zone_at = (uint8_t)end;
			at += len;
		} else {
			size_t n = size - at < 8 ? size - at : 8;
			e->flags |= EV_NOT_DNS | EV_NO_NAME;
			memcpy(batch_grow(b, e, n), data + at, n);
			e->answers_len = (uint16_t)n;
			at += n;
		}
		batch_commit(b, e);
		check_claim(state, tool_recogniser.feed(state, b, e));
	}
	return 0;
}
