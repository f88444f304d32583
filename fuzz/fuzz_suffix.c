/* SPDX-License-Identifier: ISC
 *
 * Lines up to an empty one are rules, or with '=' in front site zones; what follows is cut into
 * names. What holds of every split is
 * checked of each. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "lib/base/assert.h"
#include "lib/track/suffix.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes to a valid wire name: what is left of a label's length is cut to fit. */
static size_t make_name(const uint8_t *data, size_t size, uint8_t wire[NAME_WIRE_MAX])
{
	size_t at = 0;
	size_t used = 0;
	while (used < size && data[used] != 0) {
		size_t len = data[used++] % 64;
		if (len == 0 || len > size - used || at + len + 2 > NAME_WIRE_MAX)
			break;
		wire[at++] = (uint8_t)len;
		memcpy(wire + at, data + used, len);
		at += len;
		used += len;
	}
	wire[at] = 0;
	return at + 1;
}

static void check(const struct suffix *t, const uint8_t *wire, size_t len)
{
	struct name_scan s;
	/* An exact copy, so that reads behind the name show. */
	uint8_t *copy = malloc(len);
	dh_assert(copy);
	memcpy(copy, wire, len);
	scan_name(&s, copy, len);
	struct zone_split z = suffix_split(t, &s);
	dh_assert(z.zone_label <= s.n_labels && scan_at(&s, z.zone_label) == z.zone_at);
	dh_assert(z.suffix_at < len && z.zone_at < len);
	dh_assert(z.class <= ZONE_UNKNOWN);
	dh_assert(z.class == ZONE_SITE || z.zone_at <= z.suffix_at);
	dh_assert((z.class == ZONE_UNKNOWN) == (s.n_labels > 0 && z.zone_at == len - 1));
	/* A label more in front changes neither zone nor class, once there is a zone. */
	if (z.class != ZONE_SUFFIX && z.class != ZONE_UNKNOWN && z.zone_at < z.suffix_at &&
	    len + 2 <= NAME_WIRE_MAX) {
		uint8_t longer[NAME_WIRE_MAX] = "\1x";
		memcpy(longer + 2, copy, len);
		struct name_scan l;
		scan_name(&l, longer, len + 2);
		struct zone_split y = suffix_split(t, &l);
		dh_assert(y.class == z.class && y.zone_at == z.zone_at + 2);
	}
	struct name_classes c = scan_classes(&s, copy, 0, s.n_labels);
	dh_assert(classes_total(&c) + s.n_labels + 1 == len);
	free(copy);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static void *mem;
	if (!mem)
		mem = aligned_alloc(64, (suffix_size() + 63) & ~(size_t)63);
	struct suffix *t = suffix_init(mem);
	while (size > 0) {
		const uint8_t *end = memchr(data, '\n', size);
		size_t n = end ? (size_t)(end - data) : size;
		struct view line = view_of(data, n);
		data += n + (end != NULL);
		size -= n + (end != NULL);
		if (n == 0)
			break;
		if (view_starts(line, "="))
			(void)suffix_add_site(t, view_of(line.p + 1, line.len - 1));
		else
			(void)suffix_add(t, line);
	}
	for (size_t at = 0; at < size; at += 1 + at / 16) {
		uint8_t wire[NAME_WIRE_MAX];
		check(t, wire, make_name(data + at, size - at, wire));
	}
	return 0;
}
