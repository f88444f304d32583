/* SPDX-License-Identifier: ISC
 *
 * The byte scans of the line parsers, alone in one place: each is one question about 16 or 64
 * bytes, answered as a bit mask, bit i for byte i. SSE2 is part of x86-64; other machines take
 * the plain loops, which the tests hold to the same answers. Callers make sure that all of them
 * may be read. */
#pragma once

#include <stdint.h>

static inline uint32_t scan16_eq_plain(const uint8_t *p, uint8_t c)
{
	uint32_t m = 0;
	for (unsigned i = 0; i < 16; i++)
		m |= (uint32_t)(p[i] == c) << i;
	return m;
}

/* What ends the plain part of a JSON string: quote, backslash, control, not ASCII. */
static inline uint32_t scan16_string_plain(const uint8_t *p)
{
	uint32_t m = 0;
	for (unsigned i = 0; i < 16; i++)
		m |= (uint32_t)(p[i] == '"' || p[i] == '\\' || p[i] < 0x20 || p[i] >= 0x80) << i;
	return m;
}

static inline uint32_t scan16_digits_plain(const uint8_t *p)
{
	uint32_t m = 0;
	for (unsigned i = 0; i < 16; i++)
		m |= (uint32_t)((uint8_t)(p[i] - '0') < 10) << i;
	return m;
}

/* Bytes that are the same at p and q. */
static inline uint32_t scan16_same_plain(const uint8_t *p, const uint8_t *q)
{
	uint32_t m = 0;
	for (unsigned i = 0; i < 16; i++)
		m |= (uint32_t)(p[i] == q[i]) << i;
	return m;
}

/* Hexadecimal digits of either case. */
static inline uint32_t scan16_hex_plain(const uint8_t *p)
{
	uint32_t m = 0;
	for (unsigned i = 0; i < 16; i++)
		m |= (uint32_t)((uint8_t)(p[i] - '0') < 10 || (uint8_t)((p[i] | 0x20) - 'a') < 6)
		     << i;
	return m;
}

/* Which of 64 bytes are a or b; *ret_b: which are b. */
static inline uint64_t scan64_eq2_plain(const uint8_t *p, uint8_t a, uint8_t b, uint64_t *ret_b)
{
	uint64_t m = 0, n = 0;
	for (unsigned i = 0; i < 64; i++) {
		m |= (uint64_t)(p[i] == a) << i;
		n |= (uint64_t)(p[i] == b) << i;
	}
	*ret_b = n;
	return m | n;
}

#ifdef __SSE2__
#include <emmintrin.h>

static inline __m128i scan_load(const uint8_t *p)
{
	return _mm_loadu_si128((const __m128i *)(const void *)p);
}

static inline uint32_t scan16_eq(const uint8_t *p, uint8_t c)
{
	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(scan_load(p), _mm_set1_epi8((char)c)));
}

static inline uint32_t scan16_string(const uint8_t *p)
{
	__m128i x = scan_load(p);
	/* As signed bytes, control characters and everything from 0x80 are below 0x20. */
	__m128i m = _mm_or_si128(_mm_cmplt_epi8(x, _mm_set1_epi8(0x20)),
	    _mm_or_si128(
	        _mm_cmpeq_epi8(x, _mm_set1_epi8('"')), _mm_cmpeq_epi8(x, _mm_set1_epi8('\\'))));
	return (uint32_t)_mm_movemask_epi8(m);
}

static inline uint32_t scan16_digits(const uint8_t *p)
{
	__m128i d = _mm_sub_epi8(scan_load(p), _mm_set1_epi8('0'));
	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(9)), d));
}

static inline uint32_t scan16_same(const uint8_t *p, const uint8_t *q)
{
	return (uint32_t)_mm_movemask_epi8(_mm_cmpeq_epi8(scan_load(p), scan_load(q)));
}

static inline uint32_t scan16_hex(const uint8_t *p)
{
	__m128i x = scan_load(p), d = _mm_sub_epi8(x, _mm_set1_epi8('0'));
	__m128i a = _mm_sub_epi8(_mm_or_si128(x, _mm_set1_epi8(0x20)), _mm_set1_epi8('a'));
	__m128i m = _mm_or_si128(_mm_cmpeq_epi8(_mm_min_epu8(d, _mm_set1_epi8(9)), d),
	    _mm_cmpeq_epi8(_mm_min_epu8(a, _mm_set1_epi8(5)), a));
	return (uint32_t)_mm_movemask_epi8(m);
}

static inline uint64_t scan64_eq2(const uint8_t *p, uint8_t a, uint8_t b, uint64_t *ret_b)
{
	__m128i va = _mm_set1_epi8((char)a), vb = _mm_set1_epi8((char)b);
	uint64_t m = 0, n = 0;
	for (unsigned i = 0; i < 4; i++) {
		__m128i x = scan_load(p + 16 * i);
		__m128i is_a = _mm_cmpeq_epi8(x, va), is_b = _mm_cmpeq_epi8(x, vb);
		m |= (uint64_t)(uint32_t)_mm_movemask_epi8(is_a) << (16 * i);
		n |= (uint64_t)(uint32_t)_mm_movemask_epi8(is_b) << (16 * i);
	}
	*ret_b = n;
	return m | n;
}
#else
static inline uint32_t scan16_eq(const uint8_t *p, uint8_t c)
{
	return scan16_eq_plain(p, c);
}

static inline uint32_t scan16_string(const uint8_t *p)
{
	return scan16_string_plain(p);
}

static inline uint32_t scan16_digits(const uint8_t *p)
{
	return scan16_digits_plain(p);
}

static inline uint32_t scan16_same(const uint8_t *p, const uint8_t *q)
{
	return scan16_same_plain(p, q);
}

static inline uint32_t scan16_hex(const uint8_t *p)
{
	return scan16_hex_plain(p);
}

static inline uint64_t scan64_eq2(const uint8_t *p, uint8_t a, uint8_t b, uint64_t *ret_b)
{
	return scan64_eq2_plain(p, a, b, ret_b);
}
#endif
