/* SPDX-License-Identifier: ISC
 *
 * DNS over TCP as a program writes it: the first byte says how long the pieces are. However a
 * stream without nonsense is cut, the same messages come out. */
#include <stdlib.h>
#include <string.h>

#include "agent/framing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct sum {
	uint64_t messages, bytes, mixed;
};

static void take(void *ctx, const uint8_t *message, size_t len)
{
	struct sum *s = ctx;
	s->messages++;
	s->bytes += len;
	for (size_t i = 0; i < len; i++)
		s->mixed = s->mixed * 31 + message[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct framing whole, pieces;
	struct sum a = {0}, b = {0};
	size_t step = size ? 1 + data[0] : 1;

	for (unsigned i = 0; i < FRAMING_STREAMS; i++)
		whole.at[i].have = pieces.at[i].have = 0;
	whole.bad = pieces.bad = 0;
	framing_feed(&whole, 1, data, size, take, &a);
	for (size_t at = 0; at < size; at += step) {
		framing_feed(&pieces, 1, data + at, size - at < step ? size - at : step, take, &b);
		framing_feed(&pieces, 2 + at, data + at, size - at < 3 ? size - at : 3, take,
		    &(struct sum){0});
	}
	/* The other sockets' leftovers may push it out of its place once there are many. */
	if (!whole.bad && !pieces.bad && size / step < FRAMING_STREAMS - 2 &&
	    (a.messages != b.messages || a.bytes != b.bytes || a.mixed != b.mixed))
		abort();
	return 0;
}
