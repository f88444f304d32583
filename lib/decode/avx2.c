/* SPDX-License-Identifier: ISC */
#include "lib/decode/avx2.h"

#ifdef __x86_64__
#include <immintrin.h>
#endif

#include "lib/base/assert.h"
#include "lib/decode/marks.h"

#ifdef __x86_64__

#define WITH_AVX2 __attribute__((target("avx2,bmi,popcnt")))

bool avx2_is_here(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
	       __builtin_cpu_supports("popcnt");
}

/* The octets' digits are gathered to the right in four bytes each, by a shuffle made from where
 * the octets begin and end: then all are one multiplication and one addition. */
WITH_AVX2 bool avx2_quad(const uint8_t *p, size_t len, uint8_t ret[4])
{
	const __m128i each = _mm_setr_epi8(0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3);
	const __m128i back = _mm_set1_epi32((int)0xfffefdfc); /* -4, -3, -2, -1 */
	const __m128i weight = _mm_set1_epi32(0x010a6400);    /* 0, 100, 10, 1 */
	const __m128i least = _mm_setr_epi8(0, 0, 10, 100, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
	const uint32_t whole = (1u << len) - 1;
	__m128i x = _mm_loadu_si128((const __m128i *)(const void *)p);
	__m128i d = _mm_sub_epi8(x, _mm_set1_epi8('0'));
	__m128i is_digit = _mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(9)), d);
	uint32_t dots = ~(uint32_t)_mm_movemask_epi8(is_digit) & whole;
	uint32_t found = (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(x, _mm_set1_epi8('.')));
	if ((found & whole) != dots || _mm_popcnt_u32(dots) != 3)
		return false;
	uint32_t second = _blsr_u32(dots), third = _blsr_u32(second);
	/* Where the octets end and begin, and how long they are, a byte for each. */
	uint32_t end = _tzcnt_u32(dots) | _tzcnt_u32(second) << 8 | _tzcnt_u32(third) << 16 |
	               (uint32_t)len << 24;
	uint32_t begin = (end << 8) + 0x01010100u, n = end - begin;
	/* One to three: below one, the first sum does not reach the high bit; from four on, the
	 * second one does. */
	if (((n + 0x7f7f7f7fu) & ~(n + 0x7c7c7c7cu) & 0x80808080u) != 0x80808080u)
		return false;
	__m128i from = _mm_add_epi8(_mm_shuffle_epi8(_mm_cvtsi32_si128((int)end), each), back);
	__m128i before =
	    _mm_cmpgt_epi8(_mm_shuffle_epi8(_mm_cvtsi32_si128((int)begin), each), from);
	__m128i digits = _mm_shuffle_epi8(d, _mm_or_si128(from, before));
	__m128i value = _mm_madd_epi16(_mm_maddubs_epi16(digits, weight), _mm_set1_epi16(1));
	__m128i low = _mm_shuffle_epi8(least, _mm_cvtepu8_epi32(_mm_cvtsi32_si128((int)n)));
	__m128i bad =
	    _mm_or_si128(_mm_cmpgt_epi32(value, _mm_set1_epi32(255)), _mm_cmpgt_epi32(low, value));
	if (!_mm_testz_si128(bad, bad))
		return false;
	__m128i packed = _mm_shuffle_epi8(value, _mm_set1_epi32(0x0c080400));
	uint32_t octets = (uint32_t)_mm_cvtsi128_si32(packed);
	__builtin_memcpy(ret, &octets, 4);
	return true;
}

WITH_AVX2 void avx2_marks(struct marks *m, const uint8_t *p, const uint8_t *end, uint8_t separator)
{
	const __m256i a = _mm256_set1_epi8((char)separator), b = _mm256_set1_epi8('\n');
	uint32_t n = 0, lines = 0, base = 0;
	for (; p < end && n < MARKS_ROOM; p += 64, base += 64) {
		__m256i x = _mm256_loadu_si256((const __m256i *)(const void *)p);
		__m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(p + 32));
		__m256i x_end = _mm256_cmpeq_epi8(x, b), y_end = _mm256_cmpeq_epi8(y, b);
		__m256i x_any = _mm256_or_si256(_mm256_cmpeq_epi8(x, a), x_end);
		__m256i y_any = _mm256_or_si256(_mm256_cmpeq_epi8(y, a), y_end);
		uint64_t ends = (uint32_t)_mm256_movemask_epi8(x_end) |
		                (uint64_t)(uint32_t)_mm256_movemask_epi8(y_end) << 32;
		uint64_t bits = (uint32_t)_mm256_movemask_epi8(x_any) |
		                (uint64_t)(uint32_t)_mm256_movemask_epi8(y_any) << 32;
		uint32_t count = (uint32_t)_mm_popcnt_u64(bits);
		do {
			m->line[lines] = n + (uint32_t)_mm_popcnt_u64(bits & (_blsi_u64(ends) - 1));
			lines += ends != 0;
			ends = _blsr_u64(ends);
		} while (__builtin_expect(ends != 0, 0));
		for (uint32_t k = 0; k < count; k += 8) {
			for (uint32_t i = 0; i < 8; i++) {
				m->at[n + k + i] = base + (uint32_t)_tzcnt_u64(bits);
				bits = _blsr_u64(bits);
			}
		}
		n += count;
	}
	m->n = n;
	m->n_lines = lines;
}
#else
bool avx2_is_here(void)
{
	return false;
}

bool avx2_quad(const uint8_t *p, size_t len, uint8_t ret[4])
{
	dh_assert(!"no AVX2 here");
	return false;
}

void avx2_marks(struct marks *m, const uint8_t *p, const uint8_t *end, uint8_t separator)
{
	dh_assert(!"no AVX2 here");
}
#endif
