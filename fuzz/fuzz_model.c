/* SPDX-License-Identifier: ISC
 *
 * The first byte says what the rest is: a change to the shipped tables (offset, byte, ...), to be
 * loaded or refused, or a name to be priced by the shipped ones. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/assert.h"
#include "lib/track/model.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever the tables hold: 128 labels at two numbers of 16 bits each, 255 characters at 6,127. */
#define PRICE_MAX (128u * 2u * 65536u + 255u * 6127u)

static size_t make_name(const uint8_t *data, size_t size, uint8_t wire[NAME_WIRE_MAX])
{
	size_t at = 0;
	while (size > 1 && at + 2 < NAME_WIRE_MAX) {
		size_t len = 1 + data[0] % 63;
		len = len < size - 1 ? len : size - 1;
		len = at + len + 2 <= NAME_WIRE_MAX ? len : NAME_WIRE_MAX - 2 - at;
		wire[at++] = (uint8_t)len;
		memcpy(wire + at, data + 1, len);
		at += len;
		data += 1 + len;
		size -= 1 + len;
	}
	wire[at] = 0;
	return at + 1;
}

static void price(const struct model *m, const uint8_t *data, size_t size)
{
	uint8_t wire[NAME_WIRE_MAX];
	struct name_scan s;
	scan_name(&s, wire, make_name(data, size, wire));
	uint32_t all = model_price(m, &s, 0, s.n_labels);
	dh_assert(all <= PRICE_MAX);
	for (unsigned i = 0; i < s.n_labels; i++)
		dh_assert(model_price(m, &s, i, i + 1) <= PRICE_MAX);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void *mem;
	static struct model *shipped;
	if (!mem) {
		mem = malloc(model_size());
		shipped =
		    model_load(malloc(model_size()), view_of(model_default, model_default_len));
	}
	dh_assert(mem && shipped);
	if (size == 0)
		return 0;
	if (data[0] & 1) {
		price(shipped, data + 1, size - 1);
		return 0;
	}
	/* The length is cut too, by the second byte. */
	size_t len = model_default_len - (size > 2 ? data[1] : 0);
	uint8_t *blob = malloc(len);
	dh_assert(blob);
	memcpy(blob, model_default, len);
	for (size_t i = 2; i + 4 <= size; i += 4)
		blob[((size_t)data[i] << 16 | data[i + 1] << 8 | data[i + 2]) % len] = data[i + 3];
	struct model *m = model_load(mem, view_of(blob, len));
	if (m) {
		dh_assert(model_version(m)[0]);
		price(m, data, size);
	}
	free(blob);
	return 0;
}
