/* SPDX-License-Identifier: ISC
 *
 * What the line parsers do by vectors that not every x86-64 has, alone in one file. Whoever calls
 * asks avx2_is_here() once for a chunk of lines; each function has a plain twin, which the tests
 * hold to the same answers. Where it is not here, calling is a bug. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The processor has AVX2, BMI1 and POPCNT. */
bool avx2_is_here(void);

/* textwide_quad(), for 7 to 15 bytes. */
bool avx2_quad(const uint8_t *p, size_t len, uint8_t ret[4]);

/* marks_fill(). */
struct marks;
void avx2_marks(struct marks *m, const uint8_t *p, const uint8_t *end, uint8_t separator);
