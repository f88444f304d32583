/* SPDX-License-Identifier: ISC */
#include "lib/decode/text.h"

#include "lib/base/cursor.h"
#include "lib/decode/scan.h"

#define NS_PER_S 1000000000ll

/* Up to 8 bytes as one number, the first byte lowest, without reading beyond them. */
static inline uint64_t load_short(const uint8_t *p, size_t n)
{
	if (n >= 4)
		return load_le32(p) | (uint64_t)load_le32(p + n - 4) << (8 * (n - 4));
	if (n == 0)
		return 0;
	return p[0] | (uint64_t)p[n / 2] << (8 * (n / 2)) | (uint64_t)p[n - 1] << (8 * (n - 1));
}

/* The value of 1 to 8 decimal digits, all at once: bytes to pairs, to fours, to eight. */
static inline bool digits8(const uint8_t *p, size_t n, uint32_t *ret)
{
	const uint64_t zeros = 0x3030303030303030u, high = 0xf0f0f0f0f0f0f0f0u;
	/* The digits go to the upper end, zeros before them. */
	uint64_t v = load_short(p, n) << (8 * (8 - n)) | (n < 8 ? zeros >> (8 * n) : 0);
	bool fine = (v & high) == zeros && ((v + 0x0606060606060606u) & high) == zeros;
	v = ((v & 0x0f0f0f0f0f0f0f0fu) * 2561) >> 8;
	v = ((v & 0x00ff00ff00ff00ffu) * 6553601) >> 16;
	*ret = (uint32_t)(((v & 0x0000ffff0000ffffu) * 42949672960001u) >> 32);
	return fine;
}

bool text_uint(struct view v, uint64_t max, uint64_t *ret)
{
	uint64_t n = 0;
	uint32_t part;
	if (v.len == 0 || v.len > 19)
		return false;
	if (v.len == 1) { /* what most of the fields of a log are */
		n = (uint64_t)*v.p - '0';
		if (n > 9 || n > max)
			return false;
		*ret = n;
		return true;
	}
	for (; v.len > 8; v = view_of(v.p + 8, v.len - 8)) {
		if (!digits8(v.p, 8, &part))
			return false;
		n = n * 100000000 + part;
	}
	static const uint32_t power[] = {
	    1, 10, 100, 1000, 10000, 100000, 1000000, 10000000, 100000000};
	if (!digits8(v.p, v.len, &part))
		return false;
	n = n * power[v.len] + part;
	if (n > max)
		return false;
	*ret = n;
	return true;
}

uint32_t text_whole(struct view v)
{
	uint64_t n = 0;
	for (size_t i = 0; i < v.len && i < 10 && (uint8_t)(v.p[i] - '0') < 10; i++)
		n = n * 10 + (uint8_t)(v.p[i] - '0');
	return n > UINT32_MAX ? UINT32_MAX : (uint32_t)n;
}

/* Exactly n digits at p, as part of a fixed form. */
static bool digits(const uint8_t *p, unsigned n, uint32_t *ret)
{
	uint32_t v = 0;
	for (unsigned i = 0; i < n; i++) {
		uint8_t d = (uint8_t)(p[i] - '0');
		if (d > 9)
			return false;
		v = v * 10 + d;
	}
	*ret = v;
	return true;
}

/* m * 10^e, or false when that is beyond int64; digits below one are dropped. */
static bool scale(uint64_t m, int e, uint64_t *ret)
{
	for (; e > 0 && m; e--)
		if (__builtin_mul_overflow(m, 10u, &m))
			return false;
	for (; e < 0 && m; e++)
		m /= 10;
	if (m > INT64_MAX)
		return false;
	*ret = m;
	return true;
}

/* From these counts on, an integer part is no longer seconds (the year 5138). */
#define FIRST_MILLIS 100000000000ll
#define FIRST_MICROS 100000000000000ll

/* Read the exponent of a number; bounded, so that scale() is. */
static bool read_exponent(const uint8_t *p, const uint8_t *end, int *ret)
{
	bool minus = p < end && *p == '-';
	uint64_t e;
	if (p < end && (*p == '+' || *p == '-'))
		p++;
	if (!text_uint(view_of(p, (size_t)(end - p)), 99, &e))
		return false;
	*ret = minus ? -(int)e : (int)e;
	return true;
}

static bool time_number(struct view v, int64_t *ret_ns)
{
	const uint8_t *p = v.p, *end = v.p + v.len;
	uint64_t m = 0, whole;
	int e = 0, places = 0, have = 0;
	bool point = false;
	for (; p < end; p++) {
		uint8_t d = (uint8_t)(*p - '0');
		if (d > 9) {
			if (*p != '.' || point)
				break;
			point = true;
			continue;
		}
		have++;
		if (m > (UINT64_MAX / 10) - 10) {
			/* Beyond what is told apart in ns; before the point it is beyond int64. */
			if (!point)
				return false;
			continue;
		}
		m = m * 10 + d;
		places += point;
	}
	if (!have)
		return false;
	if (p < end && ((*p | 0x20) != 'e' || !read_exponent(p + 1, end, &e)))
		return false;
	if (!scale(m, e - places, &whole))
		return false;
	e += whole >= FIRST_MICROS ? 3 : whole >= FIRST_MILLIS ? 6 : 9;
	if (!scale(m, e - places, &whole))
		return false;
	*ret_ns = (int64_t)whole;
	return true;
}

/* Seconds and a fraction in one go, as sensors write it: 10 digits, a point, 6 digits. */
static inline bool time_common(struct view v, int64_t *ret_ns)
{
	uint32_t high, low, us;
	if (v.len != 17 || v.p[10] != '.' || v.p[0] != '1' || !digits8(v.p, 8, &high) ||
	    !digits8(v.p + 8, 2, &low) || !digits8(v.p + 11, 6, &us))
		return false;
	*ret_ns = ((int64_t)high * 100 + low) * NS_PER_S + (int64_t)us * 1000;
	return true;
}

/* Days from 1970-01-01 in the Gregorian calendar, counting years from March, so that the leap
 * day is a year's last. */
static int64_t days_from_date(uint32_t year, uint32_t month, uint32_t day)
{
	uint32_t y = month > 2 ? year : year - 1;
	uint32_t from_march = month > 2 ? month - 3 : month + 9;
	uint32_t day_of_year = (153 * from_march + 2) / 5 + day - 1;
	return (int64_t)y * 365 + y / 4 - y / 100 + y / 400 + day_of_year - 719468;
}

static uint32_t days_in_month(uint32_t year, uint32_t month)
{
	static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
	return days[month - 1] + (month == 2 && leap);
}

/* An offset from UTC in seconds: Z, nothing, +HH:MM, +HHMM, +HH. */
static bool read_zone(const uint8_t *p, size_t len, int64_t *ret_s)
{
	uint32_t h, m = 0;
	if (len == 0 || (len == 1 && (*p | 0x20) == 'z')) {
		*ret_s = 0;
		return true;
	}
	if ((*p != '+' && *p != '-') || (len != 3 && len != 5 && len != 6))
		return false;
	if (len == 6 && p[3] != ':')
		return false;
	if (!digits(p + 1, 2, &h) || (len > 3 && !digits(p + len - 2, 2, &m)) || h > 23 || m > 59)
		return false;
	*ret_s = (int64_t)(h * 3600 + m * 60) * (*p == '-' ? -1 : 1);
	return true;
}

bool text_date_seconds(const struct text_date *d, int64_t *ret_s)
{
	if (d->year < 1970 || d->year > 2261 || d->month < 1 || d->month > 12 || d->day < 1 ||
	    d->day > days_in_month(d->year, d->month) || d->hour > 23 || d->minute > 59 ||
	    d->second > 60)
		return false;
	*ret_s = days_from_date(d->year, d->month, d->day) * 86400 + d->hour * 3600 +
	         d->minute * 60 + d->second;
	return true;
}

static bool time_date(struct view v, int64_t *ret_ns)
{
	const uint8_t *p = v.p, *end = v.p + v.len;
	struct text_date d = {0};
	uint32_t ns = 0;
	int64_t zone, s;
	if (v.len < 19 || p[4] != '-' || p[7] != '-' || ((p[10] | 0x20) != 't' && p[10] != ' ') ||
	    p[13] != ':' || p[16] != ':')
		return false;
	if (!digits(p, 4, &d.year) || !digits(p + 5, 2, &d.month) || !digits(p + 8, 2, &d.day) ||
	    !digits(p + 11, 2, &d.hour) || !digits(p + 14, 2, &d.minute) ||
	    !digits(p + 17, 2, &d.second) || !text_date_seconds(&d, &s))
		return false;
	p += 19;
	if (p < end && (*p == '.' || *p == ',')) {
		const uint8_t *fraction = ++p;
		uint32_t unit = 100000000;
		for (; p < end && (uint8_t)(*p - '0') < 10; p++, unit /= 10)
			ns += (uint32_t)(*p - '0') * unit;
		if (p == fraction)
			return false;
	}
	if (!read_zone(p, (size_t)(end - p), &zone))
		return false;
	*ret_ns = (s - zone) * NS_PER_S + ns;
	return true;
}

bool text_time(struct view v, int64_t *ret_ns)
{
	if (v.len == 0)
		return false;
	if (time_common(v, ret_ns))
		return true;
	return v.len > 4 && v.p[4] == '-' ? time_date(v, ret_ns) : time_number(v, ret_ns);
}

/* A dotted quad that fills [p, end). All octets go the same way whatever their length, since the
 * processor cannot guess it: where the dots are says where each octet ends, and the three bytes
 * before that are its digits, some of them perhaps of the octet before. */
static bool read_quad(const uint8_t *p, const uint8_t *end, uint8_t ret[4])
{
	uint8_t text[4 + 16 + 4]; /* some before the first octet, and behind a last one not found */
	size_t len = (size_t)(end - p);
	if (len < 7 || len > 15)
		return false;
	view_copy(text + 4, view_of(p, len));
	text[4 + len] = '.';
	const uint32_t whole = (2u << len) - 1;
	uint32_t dots = scan16_eq(text + 4, '.') & whole;
	if ((scan16_digits(text + 4) & whole) != (dots ^ whole))
		return false;
	uint32_t bad = 0;
	unsigned from = 0;
	for (unsigned i = 0; i < 4; i++) {
		unsigned dot = (unsigned)__builtin_ctz(dots | 1u << 16), n = dot - from;
		bad |= n - 1 > 2;
		uint32_t others = 0xffffffu >> (8 * (n & 3));
		uint32_t d = load_le32(text + 4 + dot - 3) & 0x0f0f0f & ~others;
		uint32_t value = (d & 0xff) * 100 + (d >> 8 & 0xff) * 10 + (d >> 16);
		bad |= value > 255;
		bad |= (n > 1) & (text[4 + from] == '0');
		ret[i] = (uint8_t)value;
		dots &= dots - 1;
		from = dot + 1;
	}
	return !bad && dots == 0;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool read_ipv6(struct view v, uint8_t ret[16])
{
	const uint8_t *p = v.p, *end = v.p + v.len;
	uint8_t out[16] = {0};
	int n = 0, gap = -1; /* bytes written; where the :: stands */
	if (v.len >= 2 && p[0] == ':') {
		if (p[1] != ':')
			return false;
		gap = 0;
		p += 2;
	}
	while (p < end) {
		const uint8_t *group = p;
		unsigned value = 0;
		int d;
		while (p < end && p - group < 5 && (d = hex_digit(*p)) >= 0) {
			value = value << 4 | (unsigned)d;
			p++;
		}
		if (p < end && *p == '.') {
			if (n > 12 || !read_quad(group, end, out + n))
				return false;
			n += 4;
			break;
		}
		if (p == group || p - group > 4 || n > 14)
			return false;
		out[n++] = (uint8_t)(value >> 8);
		out[n++] = (uint8_t)value;
		if (p == end)
			break;
		if (*p++ != ':' || p == end)
			return false;
		if (*p == ':') {
			if (gap >= 0)
				return false;
			gap = n;
			p++;
		}
	}
	/* RFC 4291 has :: stand for one group or more. */
	if (gap < 0 ? n != 16 : n > 14)
		return false;
	if (gap >= 0) {
		memmove(out + 16 - (n - gap), out + gap, (size_t)(n - gap));
		memset(out + gap, 0, (size_t)(16 - n));
	}
	memcpy(ret, out, 16);
	return true;
}

bool text_address(struct view v, uint8_t ret[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
	uint8_t quad[4];
	if (v.len > 45)
		return false;
	if (v.len >= 7 && v.len <= 15 && read_quad(v.p, v.p + v.len, quad)) {
		memcpy(ret, mapped, 12);
		memcpy(ret + 12, quad, 4);
		return true;
	}
	return v.len >= 2 && read_ipv6(v, ret);
}

/* The byte that the escape at p (which holds a backslash) stands for; how many characters it
 * takes, 0 when it is none of those asked for. */
static size_t read_escape(const uint8_t *p, const uint8_t *end, unsigned escapes, uint8_t *ret)
{
	size_t left = (size_t)(end - p);
	uint32_t ddd;
	if (escapes & TEXT_HEX && left >= 4 && p[1] == 'x') {
		int high = hex_digit(p[2]), low = hex_digit(p[3]);
		if (high >= 0 && low >= 0) {
			*ret = (uint8_t)(high << 4 | low);
			return 4;
		}
	}
	if (escapes & TEXT_DECIMAL && left >= 4 && digits(p + 1, 3, &ddd) && ddd <= 255) {
		*ret = (uint8_t)ddd;
		return 4;
	}
	if (escapes & TEXT_BACKSLASH && left >= 2 && p[1] == '\\') {
		*ret = '\\';
		return 2;
	}
	if (escapes & TEXT_QUOTED && left >= 2 && (uint8_t)(p[1] - '0') > 9) {
		*ret = p[1];
		return 2;
	}
	return 0;
}

/* The next byte of the text; whether it was escaped, and so is no dot between labels. */
static inline uint8_t next_byte(
    const uint8_t **p, const uint8_t *end, unsigned escapes, bool *ret_escaped)
{
	uint8_t c = **p;
	size_t n = c == '\\' ? read_escape(*p, end, escapes, &c) : 0;
	*ret_escaped = n != 0;
	*p += n ? n : 1;
	return c;
}

size_t text_unescape(struct view v, unsigned escapes, uint8_t *to, size_t room, bool *ret_cut)
{
	const uint8_t *p = v.p, *end = v.p + v.len;
	size_t n = 0;
	bool escaped;
	if (!escapes || !v.len || !memchr(p, '\\', v.len)) {
		n = v.len < room ? v.len : room;
		if (n)
			memcpy(to, p, n);
		p += n;
	} else {
		while (p < end && n < room)
			to[n++] = next_byte(&p, end, escapes, &escaped);
	}
	if (ret_cut)
		*ret_cut = p < end;
	return n;
}

#define NAME_MAX_WIRE 255
#define LABEL_MAX 63
/* The most text that 254 bytes of wire form can come from, all of them escaped. */
#define NAME_MAX_TEXT (4 * 254)

/* Names that are not the ordinary case, byte by byte. */
static size_t name_slow(struct view v, unsigned escapes, uint8_t *wire, bool *ret_cut)
{
	const uint8_t *p = v.p, *end = v.p + v.len;
	size_t n = 0; /* bytes of finished labels */
	bool cut = false;
	if (v.len > NAME_MAX_TEXT + 64) {
		cut = true;
		const uint8_t *tail = end - NAME_MAX_TEXT;
		const uint8_t *dot = memchr(tail, '.', NAME_MAX_TEXT);
		p = dot ? dot + 1 : tail;
	}
	while (p < end) {
		uint8_t label[LABEL_MAX];
		size_t len = 0;
		bool escaped, ended = false;
		while (p < end && !ended) {
			uint8_t c = next_byte(&p, end, escapes, &escaped);
			if (c == '.' && !escaped)
				ended = true;
			else if (len < LABEL_MAX)
				label[len++] = c;
			else
				cut = true;
		}
		if (len == 0) {
			/* "." alone is the root; any other empty label is none. */
			cut |= v.len != 1;
			continue;
		}
		while (n + 1 + len + 1 > NAME_MAX_WIRE) {
			size_t first = 1u + wire[0];
			memmove(wire, wire + first, n - first);
			n -= first;
			cut = true;
		}
		wire[n] = (uint8_t)len;
		memcpy(wire + n + 1, label, len);
		n += 1 + len;
	}
	wire[n] = 0;
	*ret_cut = cut;
	return n + 1;
}

size_t text_name(struct view v, unsigned escapes, uint8_t wire[TEXT_NAME_ROOM], bool *ret_cut)
{
	size_t last = 0, n = v.len;
	*ret_cut = false;
	if (n == 0) {
		wire[0] = 0;
		return 1;
	}
	if (n > NAME_MAX_WIRE - 1)
		return name_slow(v, escapes, wire, ret_cut);
	/* Copy the text behind a first length byte: then each dot is a length byte's place. */
	memcpy(wire + 1, v.p, n);
	memset(wire + 1 + n, 0, 16);
	for (size_t at = 0; at < n; at += 16) {
		if (escapes && scan16_eq(wire + 1 + at, '\\'))
			return name_slow(v, escapes, wire, ret_cut);
		for (uint32_t dots = scan16_eq(wire + 1 + at, '.'); dots; dots &= dots - 1) {
			size_t dot = 1 + at + (size_t)__builtin_ctz(dots);
			size_t len = dot - last - 1;
			if (len - 1 >= LABEL_MAX)
				return name_slow(v, escapes, wire, ret_cut);
			wire[last] = (uint8_t)len;
			last = dot;
		}
	}
	size_t len = n - last;
	if (len > LABEL_MAX)
		return name_slow(v, escapes, wire, ret_cut);
	wire[last] = (uint8_t)len;
	if (len == 0)
		return last + 1; /* ended in a dot */
	if (n + 2 > NAME_MAX_WIRE)
		return name_slow(v, escapes, wire, ret_cut);
	wire[n + 1] = 0;
	return n + 2;
}

bool text_hex(struct view v, uint64_t *ret)
{
	uint64_t n = 0;
	if (view_starts(v, "0x"))
		v = view_of(v.p + 2, v.len - 2);
	if (v.len == 0 || v.len > 16)
		return false;
	for (size_t i = 0; i < v.len; i++) {
		int d = hex_digit(v.p[i]);
		if (d < 0)
			return false;
		n = n << 4 | (unsigned)d;
	}
	*ret = n;
	return true;
}

static int base64_digit(uint8_t c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	return c == '+' ? 62 : c == '/' ? 63 : -1;
}

bool text_base64(struct view v, uint8_t *to, size_t room, size_t *ret_len)
{
	uint32_t bits = 0;
	unsigned n_bits = 0;
	size_t len = 0;

	while (v.len && v.p[v.len - 1] == '=')
		v.len--;
	for (size_t i = 0; i < v.len; i++) {
		int d = base64_digit(v.p[i]);
		if (d < 0)
			return false;
		bits = bits << 6 | (uint32_t)d;
		n_bits += 6;
		if (n_bits < 8)
			continue;
		n_bits -= 8;
		if (len == room)
			return false;
		to[len++] = (uint8_t)(bits >> n_bits);
	}
	*ret_len = len;
	return true;
}
