/* SPDX-License-Identifier: ISC */
#include "lib/carve/digest.h"

#include <nettle/sha2.h>

_Static_assert(sizeof(struct sha256_ctx) <= sizeof(struct digest), "the state fits");

static struct sha256_ctx *context(struct digest *d)
{
	return (struct sha256_ctx *)(void *)d->state;
}

void digest_begin(struct digest *d)
{
	sha256_init(context(d));
}

void digest_add(struct digest *d, struct view v)
{
	if (v.len > 0)
		sha256_update(context(d), v.len, v.p);
}

void digest_end(struct digest *d, uint8_t ret[DIGEST_BYTES])
{
	sha256_digest(context(d), DIGEST_BYTES, ret);
}

void digest_end_text(struct digest *d, char ret[DIGEST_TEXT])
{
	uint8_t bytes[DIGEST_BYTES];
	digest_end(d, bytes);
	for (size_t i = 0; i < DIGEST_BYTES; i++) {
		ret[2 * i] = "0123456789abcdef"[bytes[i] >> 4];
		ret[2 * i + 1] = "0123456789abcdef"[bytes[i] & 15];
	}
	ret[2 * DIGEST_BYTES] = 0;
}
