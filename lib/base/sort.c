/* SPDX-License-Identifier: ISC */
#include "lib/base/sort.h"

#include <stdint.h>
#include <string.h>

#include "lib/base/assert.h"

/* Let the element sink from hole i of a heap of n, largest on top, to its place. */
static void sink(uint8_t *base, size_t i, size_t n, size_t size, const uint8_t *element,
    bool (*is_before)(const void *a, const void *b, const void *ctx), const void *ctx)
{
	for (;;) {
		size_t child = 2 * i + 1;
		if (child >= n)
			break;
		if (child + 1 < n && is_before(base + child * size, base + (child + 1) * size, ctx))
			child++;
		if (!is_before(element, base + child * size, ctx))
			break;
		memcpy(base + i * size, base + child * size, size);
		i = child;
	}
	memcpy(base + i * size, element, size);
}

void sort_in_place(void *base, size_t n, size_t size,
    bool (*is_before)(const void *a, const void *b, const void *ctx), const void *ctx)
{
	uint8_t element[SORT_ELEMENT_MAX];
	uint8_t *bytes = base;
	dh_assert(size <= SORT_ELEMENT_MAX);
	for (size_t i = n / 2; i-- > 0;) {
		memcpy(element, bytes + i * size, size);
		sink(bytes, i, n, size, element, is_before, ctx);
	}
	for (size_t last = n; last-- > 1;) {
		memcpy(element, bytes + last * size, size);
		memcpy(bytes + last * size, bytes, size);
		sink(bytes, 0, last, size, element, is_before, ctx);
	}
}
