/* SPDX-License-Identifier: ISC */
#include "lib/decode/mapped_time.h"

#include "lib/decode/text.h"

#define NS_PER_S 1000000000ll
#define DAY_S 86400
/* A leap day comes at most so many years after the last one. */
#define YEARS_BACK 8

/* Text being read; bad once something did not fit. */
struct reader {
	const uint8_t *p, *end;
	bool bad;
};

static int peek(const struct reader *r, size_t at)
{
	return (size_t)(r->end - r->p) > at ? r->p[at] : -1;
}

static bool is_digit(int c)
{
	return c >= '0' && c <= '9';
}

/* A number of min to max digits. */
static uint32_t number(struct reader *r, unsigned min, unsigned max)
{
	uint32_t v = 0;
	unsigned n = 0;
	while (n < max && is_digit(peek(r, 0))) {
		v = v * 10 + (uint32_t)(*r->p++ - '0');
		n++;
	}
	r->bad |= n < min;
	return v;
}

static bool take(struct reader *r, char c)
{
	if (peek(r, 0) != (uint8_t)c)
		return false;
	r->p++;
	return true;
}

static void expect(struct reader *r, char c)
{
	r->bad |= !take(r, c);
}

static void spaces(struct reader *r)
{
	if (peek(r, 0) != ' ')
		r->bad = true;
	while (take(r, ' '))
		;
}

/* 1 to 12, 0 when it is none. */
static uint32_t month_name(struct reader *r)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";
	uint8_t low[3];
	if (r->end - r->p < 3)
		return 0;
	for (unsigned i = 0; i < 3; i++)
		low[i] = r->p[i] | 0x20;
	for (uint32_t m = 0; m < 12; m++)
		if (memcmp(low, names + 3 * m, 3) == 0) {
			r->p += 3;
			return m + 1;
		}
	return 0;
}

static void fraction(struct reader *r, struct text_date *d)
{
	uint32_t unit = 100000000;
	if ((peek(r, 0) != '.' && peek(r, 0) != ',') || !is_digit(peek(r, 1)))
		return;
	r->p++;
	for (; is_digit(peek(r, 0)); r->p++, unit /= 10)
		d->ns += (uint32_t)(*r->p - '0') * unit;
}

static void time_of_day(struct reader *r, struct text_date *d)
{
	d->hour = number(r, 1, 2);
	expect(r, ':');
	d->minute = number(r, 2, 2);
	if (take(r, ':'))
		d->second = number(r, 2, 2);
	fraction(r, d);
}

/* AM or PM behind a space, which may be a narrow one that does not break (U+202F). */
static void half_of_day(struct reader *r, struct text_date *d)
{
	struct reader at = *r;
	if (peek(&at, 0) == 0xe2 && peek(&at, 1) == 0x80 && peek(&at, 2) == 0xaf)
		at.p += 3;
	else if (!take(&at, ' '))
		return;
	int half = peek(&at, 0) | 0x20;
	if ((half != 'a' && half != 'p') || (peek(&at, 1) | 0x20) != 'm')
		return;
	r->p = at.p + 2;
	r->bad |= d->hour < 1 || d->hour > 12;
	d->hour = d->hour % 12 + (half == 'p' ? 12 : 0);
}

/* Z, +HH, +HHMM, +HH:MM; false where none stands. */
static bool zone(struct reader *r, int64_t *ret_s)
{
	if (take(r, 'Z') || take(r, 'z')) {
		*ret_s = 0;
		return true;
	}
	int sign = peek(r, 0);
	if ((sign != '+' && sign != '-') || !is_digit(peek(r, 1)) || !is_digit(peek(r, 2)))
		return false;
	r->p++;
	uint32_t h = number(r, 2, 2), m = 0;
	if (peek(r, 0) == ':' && is_digit(peek(r, 1)))
		r->p++;
	if (is_digit(peek(r, 0)))
		m = number(r, 2, 2);
	r->bad |= h > 23 || m > 59;
	*ret_s = (int64_t)(h * 3600 + m * 60) * (sign == '-' ? -1 : 1);
	return true;
}

static int64_t to_utc(const struct mapped_zone *z, int64_t local_s)
{
	uint32_t low = 0, high = z->n;
	if (z->n == 0)
		return local_s;
	/* The last change that begins before; that one, or one beside it, is in force. */
	while (low + 1 < high) {
		uint32_t middle = (low + high) / 2;
		if (z->at[middle].from_s <= local_s)
			low = middle;
		else
			high = middle;
	}
	for (uint32_t i = low > 1 ? low - 2 : 0; i < z->n; i++) {
		int64_t s = local_s - z->at[i].offset_s;
		if (i + 1 == z->n || s < z->at[i + 1].from_s)
			return s >= z->at[i].from_s || i == 0 ? s : local_s - z->at[i - 1].offset_s;
	}
	return local_s;
}

static bool local(const struct mapped_clock *c, const struct text_date *d, int64_t *ret_s)
{
	int64_t s;
	if (!text_date_seconds(d, &s))
		return false;
	*ret_s = to_utc(&c->zone, s);
	return true;
}

/* The year of c->written_ns, or the last before in which the date is not later. */
static bool guess_year(const struct mapped_clock *c, struct text_date *d, int64_t *ret_s)
{
	const int64_t limit = c->written_ns / NS_PER_S + DAY_S;
	uint32_t year = 1970 + (uint32_t)(limit / (365 * DAY_S));
	if (c->written_ns <= 0)
		return false;
	for (uint32_t i = 0; i < YEARS_BACK + 1 && year >= 1970; i++, year--) {
		d->year = year;
		if (local(c, d, ret_s) && *ret_s <= limit)
			return true;
	}
	return false;
}

static bool syslog_date(struct reader *r, const struct mapped_clock *c, struct text_date *d,
    uint32_t month, int64_t *ret_s)
{
	d->month = month;
	spaces(r);
	d->day = number(r, 1, 2);
	spaces(r);
	bool has_year = true;
	for (unsigned i = 0; i < 4; i++)
		has_year &= is_digit(peek(r, i));
	if (has_year) {
		d->year = number(r, 4, 4);
		spaces(r);
	}
	time_of_day(r, d);
	if (r->bad)
		return false;
	return has_year ? local(c, d, ret_s) : guess_year(c, d, ret_s);
}

/* 2024-06-07, 2024/06/07, 20240607, the first four digits read. */
static void year_first(struct reader *r, struct text_date *d)
{
	int separator = peek(r, 0);
	if (is_digit(separator)) {
		d->month = number(r, 2, 2);
		d->day = number(r, 2, 2);
	} else {
		r->bad |= separator != '-' && separator != '/';
		r->p += r->p < r->end;
		d->month = number(r, 1, 2);
		expect(r, (char)separator);
		d->day = number(r, 1, 2);
	}
}

static void day_or_month_first(
    struct reader *r, const struct mapped_clock *c, struct text_date *d, uint32_t first)
{
	int separator = peek(r, 0);
	r->bad |= separator != '/' && separator != '.' && separator != '-';
	r->p += r->p < r->end;
	uint32_t month = separator == '-' ? month_name(r) : 0;
	uint32_t second = month ? month : number(r, 1, 2);
	expect(r, (char)separator);
	d->year = number(r, 4, 4);
	bool is_day = month || separator == '.' || c->day_first || first > 12;
	d->day = is_day ? first : second;
	d->month = is_day ? second : first;
}

static bool date(struct reader *r, const struct mapped_clock *c, int64_t *ret_s, uint32_t *ret_ns)
{
	struct text_date d = {0};
	uint32_t month = month_name(r);
	int64_t offset_s;
	bool is_good;

	if (month) {
		is_good = syslog_date(r, c, &d, month, ret_s);
	} else {
		unsigned n = 0;
		while (n < 4 && is_digit(peek(r, n)))
			n++;
		uint32_t first = number(r, 1, 4);
		if (n == 4) {
			d.year = first;
			year_first(r, &d);
		} else {
			day_or_month_first(r, c, &d, first);
		}
		bool has_t = take(r, 'T') || take(r, 't');
		if (!has_t) {
			(void)take(r, ',');
			spaces(r);
		}
		time_of_day(r, &d);
		half_of_day(r, &d);
		is_good = !r->bad;
		if (is_good && zone(r, &offset_s)) {
			is_good = text_date_seconds(&d, ret_s);
			*ret_s -= is_good ? offset_s : 0;
		} else if (is_good) {
			is_good = local(c, &d, ret_s);
		}
	}
	*ret_ns = d.ns;
	return is_good && !r->bad;
}

/* Seconds since the epoch have ten digits, until 2286; what is longer is ms or µs. */
static bool epoch(struct reader *r, int64_t *ret_ns)
{
	const uint8_t *p = r->p;
	while (is_digit(peek(r, 0)))
		r->p++;
	if (r->p - p < 10)
		return false;
	if (peek(r, 0) == '.' && is_digit(peek(r, 1)))
		for (r->p++; is_digit(peek(r, 0));)
			r->p++;
	return text_time(view_of(p, (size_t)(r->p - p)), ret_ns);
}

bool mapped_time_front(
    struct view v, const struct mapped_clock *c, int64_t *ret_ns, size_t *ret_used)
{
	struct reader r = {v.p, v.p + v.len, false};
	bool has_bracket = take(&r, '[');
	struct reader start = r;
	int64_t s, ns;
	uint32_t part;

	if (epoch(&r, &ns)) {
		if (has_bracket && !take(&r, ']'))
			return false;
	} else {
		r = start;
		if (has_bracket || !date(&r, c, &s, &part))
			return false;
		ns = s * NS_PER_S + part;
	}
	if (ns < 0)
		return false;
	*ret_ns = ns;
	*ret_used = (size_t)(r.p - v.p);
	return true;
}

bool mapped_time(struct view v, const struct mapped_clock *c, int64_t *ret_ns)
{
	const struct mapped_clock utc = {.day_first = c->day_first, .written_ns = c->written_ns};
	size_t used;
	int64_t ns;
	bool is_utc = v.len > 4 && memcmp(v.p + v.len - 4, " UTC", 4) == 0;
	if (is_utc)
		v.len -= 4;
	if (!mapped_time_front(v, is_utc ? &utc : c, &ns, &used) || used != v.len)
		return false;
	*ret_ns = ns;
	return true;
}
