/* SPDX-License-Identifier: ISC */
#include "lib/decode/textwide.h"

#include "lib/decode/avx2.h"

#define NS_PER_S 1000000000ll

/* Seconds and a fraction as sensors write it: 10 digits, a point, 6 digits. */
bool textwide_time(struct view v, int64_t *ret_ns)
{
	uint32_t high, low, us;
	if (v.len != 17 || v.p[10] != '.' || v.p[0] != '1' || !textwide_digits(v.p, 8, &high) ||
	    !textwide_digits(v.p + 8, 2, &low) || !textwide_digits(v.p + 11, 6, &us))
		return text_time(v, ret_ns);
	*ret_ns = ((int64_t)high * 100 + low) * NS_PER_S + (int64_t)us * 1000;
	return true;
}

/* 2024-06-07T08:00:00.123456+0000, as Suricata writes it. */
bool textwide_date(struct view v, struct textwide_minute *last, int64_t *ret_ns)
{
	const uint8_t *p = v.p;
	uint32_t second, us;
	if (v.len != 31 || p[16] != ':' || p[19] != '.' || !textwide_digits(p + 17, 2, &second) ||
	    !textwide_digits(p + 20, 6, &us) || second > 60)
		return text_time(v, ret_ns);
	int64_t within = second * NS_PER_S + us * 1000ll;
	if (!last->known || scan16_same(p, last->text) != 0xffff ||
	    memcmp(p + 26, last->zone, sizeof(last->zone)) != 0) {
		int64_t ns;
		if (!text_time(v, &ns))
			return false;
		memcpy(last->text, p, sizeof(last->text));
		memcpy(last->zone, p + 26, sizeof(last->zone));
		last->ns = ns - within;
		last->known = true;
	}
	*ret_ns = last->ns + within;
	return true;
}

/* All octets go the same way whatever their length, since the processor cannot guess it: where
 * the dots are says where each begins and ends. As a number of three bytes, a digit in each, it
 * must lie between the least of its length (no zero in front) and 2 5 5. */
bool textwide_quad(struct view v, bool has_avx2, uint8_t ret[4])
{
	static const uint32_t least[4] = {UINT32_MAX, 0, 0x000100, 0x010000};
	if (v.len - 7 > 8)
		return false;
	if (has_avx2)
		return avx2_quad(v.p, v.len, ret);
	const uint32_t whole = (1u << v.len) - 1;
	uint32_t dots = scan16_eq(v.p, '.') & whole;
	uint32_t ends = dots | 1u << v.len;
	uint32_t bad = (scan16_digits(v.p) & whole) ^ dots ^ whole;
	uint32_t octets = 0;
	unsigned from = 0;
	for (unsigned i = 0; i < 4; i++) {
		/* A fourth one ends at the end; where a dot is missing, at once, and is too short.
		 */
		unsigned end = (unsigned)__builtin_ctz(ends | 1u << 16), n = end - from;
		ends &= ends - 1;
		/* The digits at the upper end, nothing before them. */
		uint32_t d = (load_le32(v.p + from) & 0x0f0f0f0fu) << (8 * (4 - n) & 31);
		uint32_t digits = __builtin_bswap32(d);
		bad |= (n > 3) | (digits < least[n & 3]) | (digits > 0x020505);
		/* Hundreds, tens and ones meet in the highest byte. */
		octets = octets >> 8 | (d * (1u + (10u << 8) + (100u << 16)) & 0xff000000u);
		from = end + 1;
	}
	if (bad || ends)
		return false;
	memcpy(ret, &octets, 4);
	return true;
}

/* Groups of hexadecimal digits, and perhaps one gap between two of them. False for all else that
 * an IPv6 address may be. */
static bool read_groups(struct view v, uint8_t ret[16])
{
	uint8_t out[18] = {0};
	uint64_t colons = 0, hex = 0;
	unsigned from = 0, n = 0, gap = 0;
	if (v.len > 39 || v.p[0] == ':')
		return false;
	for (unsigned i = 0; i < 48; i += 16) {
		colons |= (uint64_t)scan16_eq(v.p + i, ':') << i;
		hex |= (uint64_t)scan16_hex(v.p + i) << i;
	}
	const uint64_t whole = (1ull << v.len) - 1;
	if (((hex | colons) & whole) != whole)
		return false;
	colons = (colons & whole) | 1ull << v.len;
	while (colons) {
		unsigned end = (unsigned)__builtin_ctzll(colons), len = end - from;
		colons &= colons - 1;
		if (len == 0) {
			/* The gap: the colon before it ended a group. One only, and not at the end.
			 */
			if (gap || !colons)
				return false;
			gap = n;
		} else {
			if (len > 4 || n == 16)
				return false;
			/* Digits at the upper end, first one lowest, zeros before them. */
			uint32_t x = load_le32(v.p + from);
			x = (x & 0x0f0f0f0fu) + 9 * (x >> 6 & 0x01010101u);
			x <<= 8 * (4 - len);
			out[n] = (uint8_t)(x << 4 | x >> 8);
			out[n + 1] = (uint8_t)(x >> 12 | x >> 24);
			n += 2;
		}
		from = end + 1;
	}
	if (gap ? n > 14 : n != 16)
		return false;
	if (gap) {
		memmove(out + 16 - (n - gap), out + gap, n - gap);
		memset(out + gap, 0, 16 - n);
	}
	memcpy(ret, out, 16);
	return true;
}

bool textwide_address(struct view v, bool has_avx2, uint8_t ret[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	if (textwide_quad(v, has_avx2, ret + 12)) {
		memcpy(ret, mapped, 12);
		return true;
	}
	return v.len >= 2 && read_groups(v, ret) ? true : text_address(v, ret);
}

uint32_t textwide_whole(struct view v)
{
	uint32_t ret, digits = scan16_digits(v.p);
	size_t n = (size_t)__builtin_ctz(~digits | 1u << 16);
	n = n < v.len ? n : v.len;
	if (n > 8)
		return text_whole(v);
	return n && textwide_digits(v.p, n, &ret) ? ret : 0;
}

#define NAME_MAX_WIRE 255
#define LABEL_MAX 63

size_t textwide_name(struct view v, unsigned escapes, uint8_t *wire, bool *ret_cut)
{
	size_t last = 0, n = v.len;
	if (n - 1 >= NAME_MAX_WIRE - 2)
		return text_name(v, escapes, wire, ret_cut);
	/* Behind a first length byte, each dot is a length byte's place. */
	for (size_t at = 0; at < n; at += 16) {
		const uint8_t *p = v.p + at;
		uint32_t within = n - at >= 16 ? 0xffff : (1u << (n - at)) - 1;
		uint32_t dots = scan16_eq(p, '.') & within;
		if (escapes && scan16_eq(p, '\\') & within)
			return text_name(v, escapes, wire, ret_cut);
		memcpy(wire + 1 + at, p, 16);
		for (; dots; dots &= dots - 1) {
			size_t dot = 1 + at + (size_t)__builtin_ctz(dots), len = dot - last - 1;
			if (len - 1 >= LABEL_MAX)
				return text_name(v, escapes, wire, ret_cut);
			wire[last] = (uint8_t)len;
			last = dot;
		}
	}
	size_t len = n - last;
	if (len - 1 >= LABEL_MAX || n + 2 > NAME_MAX_WIRE)
		return text_name(v, escapes, wire, ret_cut);
	wire[last] = (uint8_t)len;
	wire[n + 1] = 0;
	*ret_cut = false;
	return n + 2;
}
