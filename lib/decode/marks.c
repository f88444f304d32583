/* SPDX-License-Identifier: ISC */
#include "lib/decode/marks.h"

#include "lib/decode/scan.h"

static inline unsigned count_bits(uint64_t x)
{
	/* Without a popcount instruction in the baseline: pairs, fours, bytes, all. */
	x -= x >> 1 & 0x5555555555555555u;
	x = (x & 0x3333333333333333u) + (x >> 2 & 0x3333333333333333u);
	return (unsigned)(((x + (x >> 4)) & 0x0f0f0f0f0f0f0f0fu) * 0x0101010101010101u >> 56);
}

void marks_fill(struct marks *m, const uint8_t *p, const uint8_t *end, uint8_t separator)
{
	uint32_t n = 0, lines = 0, base = 0;
	for (; p < end && n < MARKS_ROOM; p += 64, base += 64) {
		uint64_t ends, bits = scan64_eq2(p, separator, '\n', &ends);
		uint32_t count = count_bits(bits);
		/* Mostly none or one: written in any case, and then counted or not. */
		do {
			m->line[lines] = n + count_bits(bits & ((ends & -ends) - 1));
			lines += ends != 0;
			ends &= ends - 1;
		} while (__builtin_expect(ends != 0, 0));
		/* Eight at a time, those beyond the count written over by the next block. */
		for (uint32_t k = 0; k < count; k += 8) {
			for (uint32_t i = 0; i < 8; i++) {
				m->at[n + k + i] =
				    base + (uint32_t)__builtin_ctzll(bits | 1ull << 63);
				bits &= bits - 1;
			}
		}
		n += count;
	}
	m->n = n;
	m->n_lines = lines;
}
