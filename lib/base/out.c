/* SPDX-License-Identifier: ISC */
#include "lib/base/out.h"

struct out out_to(char *buf, size_t size)
{
	buf[0] = 0;
	return (struct out){.buf = buf, .size = size};
}

void out_str(struct out *o, const char *s)
{
	while (*s && o->len + 1 < o->size)
		o->buf[o->len++] = *s++;
	o->buf[o->len] = 0;
}

void out_u64(struct out *o, uint64_t v)
{
	char digits[21];
	size_t at = sizeof(digits) - 1;
	digits[at] = 0;
	do
		digits[--at] = (char)('0' + v % 10);
	while (v /= 10);
	out_str(o, digits + at);
}

void out_i64(struct out *o, int64_t v)
{
	if (v < 0)
		out_str(o, "-");
	out_u64(o, v < 0 ? -(uint64_t)v : (uint64_t)v);
}

void out_decimal(struct out *o, uint64_t v, unsigned decimals)
{
	uint64_t unit = 1;
	for (unsigned i = 0; i < decimals; i++)
		unit *= 10;
	out_u64(o, v / unit);
	if (decimals)
		out_str(o, ".");
	for (v %= unit; unit > 1; v %= unit) {
		unit /= 10;
		out_u64(o, v / unit);
	}
}

void out_bytes(struct out *o, uint64_t bytes)
{
	static const char *const units[] = {" B", " KiB", " MiB", " GiB", " TiB", " PiB"};
	unsigned unit = 0;
	uint64_t tenths = bytes > UINT64_MAX / 10 ? UINT64_MAX : bytes * 10;
	for (; tenths >= 10240 && unit < 5; unit++)
		tenths /= 1024;
	out_decimal(o, unit ? tenths : bytes, unit ? 1 : 0);
	out_str(o, units[unit]);
}
