/* SPDX-License-Identifier: ISC
 *
 * Sorting in place without allocating, in O(n log n) whatever the input: heapsort. libc's qsort
 * may allocate, and an attacker can make a quicksort slow. Not stable: comparisons that must give
 * one order break their ties themselves. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#define SORT_ELEMENT_MAX 64u

/* Sort n elements of size bytes (at most SORT_ELEMENT_MAX) so that is_before(a, b) never holds
 * for a later a and an earlier b. ctx is handed through. */
void sort_in_place(void *base, size_t n, size_t size,
    bool (*is_before)(const void *a, const void *b, const void *ctx), const void *ctx);
