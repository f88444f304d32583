/* SPDX-License-Identifier: ISC
 *
 * The values that logs write as text, back to what they were on the wire: numbers, times,
 * addresses, domain names. All strict: what is not wholly of the form is refused, outputs then
 * untouched. */
#pragma once

#include "lib/base/view.h"

/* Ways in which logs write bytes that they do not print. An escape that is none of those asked
 * for stands for itself: sensors do not agree on whether a backslash is escaped. */
enum text_escape {
	TEXT_PLAIN = 0,
	TEXT_HEX = 1,       /* \xNN: Zeek, Suricata */
	TEXT_DECIMAL = 2,   /* \DDD: master files (RFC 1035 §5.1) */
	TEXT_BACKSLASH = 4, /* \\: Zeek's TSV */
	TEXT_QUOTED = 8,    /* \c is c where c is no digit: master files */
};

/* Where this many bytes can be read from any byte of a text on, textwide.h is faster. */
#define TEXT_WIDE 64u

/* Decimal digits only, no greater than max. */
bool text_uint(struct view v, uint64_t max, uint64_t *ret);

/* The whole part of a number, of the first ten digits of it, 0 when it begins with none: seconds to
 * live. */
uint32_t text_whole(struct view v);

/* Nanoseconds since the epoch from either form that logs use:
 * seconds with a fraction and perhaps an exponent (1717747200.096671; 1.7e9). Counts from 1e11
 *   on are milliseconds, from 1e14 on microseconds, as some shippers write;
 * RFC 3339 and its looser kin (2024-06-07T08:00:00.123456+0000, Z, +02:00, no zone = UTC).
 * Years 1970 to 2261. */
bool text_time(struct view v, int64_t *ret_ns);

/* A date of the Gregorian calendar and a time of day, as some clock shows it. */
struct text_date {
	uint32_t year, month, day, hour, minute, second, ns;
};

/* Seconds since the epoch if that clock shows UTC; false when there is no such date (years 1970
 * to 2261; second 60 is a leap second). */
bool text_date_seconds(const struct text_date *d, int64_t *ret_s);

/* Hexadecimal digits of either case, perhaps behind 0x; no more than 16. */
bool text_hex(struct view v, uint64_t *ret);

/* RFC 4648 §4, padding at the end or none. False on anything else, and on what has no room. */
bool text_base64(struct view v, uint8_t *to, size_t room, size_t *ret_len);

/* IPv4 (dotted quad, no leading zeros), as ::ffff:a.b.c.d, or IPv6 (RFC 4291 §2.2, no zone). */
bool text_address(struct view v, uint8_t ret[16]);

/* Escapes undone into to; at most room bytes. The number of bytes; ret_cut (may be NULL) says
 * whether some did not fit. */
size_t text_unescape(struct view v, unsigned escapes, uint8_t *to, size_t room, bool *ret_cut);

/* Room that text_name() wants: a name, and what a 16-byte step may read beyond it. */
#define TEXT_NAME_ROOM 288

/* A domain name in wire form, its length as the value (1 to 255). Dots part labels, a last dot is
 * allowed, the empty text is the root; escaped dots are part of their label. Text that is no
 * domain name is made into the nearest: a label keeps its first 63 bytes, a name its last labels
 * (there the zone stands), empty labels go; ret_cut then says so. */
size_t text_name(struct view v, unsigned escapes, uint8_t wire[TEXT_NAME_ROOM], bool *ret_cut);
