/* SPDX-License-Identifier: ISC
 *
 * A catalogue, and names to look up in it. The first byte says where the text ends, in 64ths of
 * the input; what follows is cut into names, made valid on the way. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/assert.h"
#include "lib/track/services.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* A wire name from bytes: each length byte is forced to what fits. */
static size_t name_from(const uint8_t *data, size_t size, uint8_t wire[255], size_t *ret_taken)
{
	size_t at = 0, taken = 0;
	while (taken < size && at < 254) {
		size_t len = data[taken++] & 63;
		if (len > size - taken)
			len = size - taken;
		if (len > 253 - at)
			len = 253 - at;
		if (len == 0)
			break;
		wire[at] = (uint8_t)len;
		memcpy(wire + at + 1, data + taken, len);
		at += len + 1;
		taken += len;
	}
	wire[at] = 0;
	*ret_taken = taken;
	return at + 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hash_key key = {1, 2};
	if (size == 0)
		return 0;
	size_t text_len = (size - 1) * (data[0] & 63) / 63;
	struct view text = view_of(data + 1, text_len);
	void *mem = malloc(services_size(text));
	struct services *s;
	uint32_t line = 0;
	enum services_error error = services_load(mem, text, &key, &s, &line);
	dh_assert((error != SERVICES_NONE) == (line != 0));
	data += 1 + text_len;
	size -= 1 + text_len;
	while (!error && size > 0) {
		uint8_t wire[255];
		struct service_match m;
		size_t taken, len = name_from(data, size, wire, &taken);
		struct view name = view_of(wire, len);
		/* Where a name matches, its zone was announced, wherever that begins. */
		if (services_match(s, name, &m))
			dh_assert(services_has_zone(s, name, 0));
		data += taken;
		size -= taken;
	}
	free(mem);
	return 0;
}
