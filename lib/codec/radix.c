/* SPDX-License-Identifier: ISC */
#include "lib/codec/radix.h"

#include <errno.h>

static const struct radix radices[RADIX_COUNT] = {
    [RADIX_BASE36] = {"base36", "0123456789abcdefghijklmnopqrstuvwxyz", 36, true, false},
    [RADIX_BASE58] = {"base58", "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz", 58,
        false, true},
    [RADIX_BASE62] = {"base62", "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        62, false, true},
    [RADIX_COUNTER36] = {"base36-saitama", "razupgnv2w01eos4t38h7yqidxmkljc6b9f5", 36, true, false},
};

const struct radix *radix_of(enum radix_id id)
{
	return &radices[id];
}

static int digit(const struct radix *r, uint8_t symbol)
{
	if (r->fold && symbol >= 'A' && symbol <= 'Z')
		symbol |= 0x20;
	const char *at = memchr(r->alphabet, symbol, r->base);
	return at ? (int)(at - r->alphabet) : -1;
}

ptrdiff_t radix_encode(const struct radix *r, struct view bytes, char *to, size_t cap)
{
	uint8_t digits[RADIX_MAX_SYMBOLS]; /* least significant first */
	size_t n = 0, zeros = 0;
	if (bytes.len > RADIX_MAX_BYTES)
		return -EMSGSIZE;
	while (zeros < bytes.len && bytes.p[zeros] == 0)
		zeros++;
	/* 256 bytes need at most 397 digits of base 36, the smallest base. */
	for (size_t i = zeros; i < bytes.len; i++) {
		unsigned carry = bytes.p[i];
		for (size_t k = 0; k < n; k++) {
			carry += (unsigned)digits[k] << 8;
			digits[k] = (uint8_t)(carry % r->base);
			carry /= r->base;
		}
		for (; carry; carry /= r->base)
			digits[n++] = (uint8_t)(carry % r->base);
	}
	size_t lead = r->keep_zeros ? zeros : 0;
	if (cap < lead + n)
		return -ENOSPC;
	memset(to, r->alphabet[0], lead);
	for (size_t k = 0; k < n; k++)
		to[lead + k] = r->alphabet[digits[n - 1 - k]];
	return (ptrdiff_t)(lead + n);
}

ptrdiff_t radix_decode(const struct radix *r, struct view text, uint8_t *to, size_t cap)
{
	uint8_t bytes[RADIX_MAX_SYMBOLS]; /* least significant first */
	size_t n = 0, zeros = 0;
	if (text.len > RADIX_MAX_SYMBOLS)
		return -EMSGSIZE;
	for (size_t i = 0; i < text.len; i++) {
		int d = digit(r, text.p[i]);
		if (d < 0)
			return -EINVAL;
		unsigned carry = (unsigned)d;
		if (n == 0 && d == 0) {
			zeros++;
			continue;
		}
		for (size_t k = 0; k < n; k++) {
			carry += (unsigned)bytes[k] * r->base;
			bytes[k] = (uint8_t)carry;
			carry >>= 8;
		}
		for (; carry; carry >>= 8)
			bytes[n++] = (uint8_t)carry;
	}
	size_t lead = r->keep_zeros ? zeros : 0;
	if (cap < lead + n)
		return -ENOSPC;
	memset(to, 0, lead);
	for (size_t k = 0; k < n; k++)
		to[lead + k] = bytes[n - 1 - k];
	return (ptrdiff_t)(lead + n);
}

int radix_number(const struct radix *r, struct view text, uint64_t *ret)
{
	uint64_t v = 0;
	if (text.len == 0)
		return -EINVAL;
	for (size_t i = 0; i < text.len; i++) {
		int d = digit(r, text.p[i]);
		if (d < 0)
			return -EINVAL;
		if (__builtin_mul_overflow(v, (uint64_t)r->base, &v) ||
		    __builtin_add_overflow(v, (uint64_t)d, &v))
			return -ERANGE;
	}
	*ret = v;
	return 0;
}
