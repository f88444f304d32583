/* SPDX-License-Identifier: ISC */
#include "app/serve/metrics.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LABEL_MAX = 200 };

static void append(struct metrics *m, const char *text, size_t len)
{
	if (m->len + len + 1 > m->room) {
		size_t room = m->room ? 2 * m->room : 8192;
		while (room < m->len + len + 1)
			room *= 2;
		char *more = realloc(m->text, room);
		if (!more) {
			m->failed = true;
			return;
		}
		m->text = more;
		m->room = room;
	}
	memcpy(m->text + m->len, text, len);
	m->len += len;
	m->text[m->len] = 0;
}

__attribute__((format(printf, 2, 3))) static void print(struct metrics *m, const char *format, ...)
{
	char line[512];
	va_list ap;
	va_start(ap, format);
	int len = vsnprintf(line, sizeof(line), format, ap);
	va_end(ap);
	if (len > 0 && (size_t)len < sizeof(line))
		append(m, line, (size_t)len);
}

void metrics_family(struct metrics *m, const char *name, const char *help, enum metric_kind kind)
{
	snprintf(m->family, sizeof(m->family), "%s", name);
	print(m, "# HELP %s %s\n# TYPE %s %s\n", name, help, name,
	    kind == METRIC_COUNTER ? "counter" : "gauge");
}

/* Backslash, quotation mark and line feed are escaped; what is too long is cut before. */
static void label(struct metrics *m, const char *name, const char *value)
{
	char text[2 * LABEL_MAX + 1], *to = text;
	for (unsigned n = 0; *value && n < LABEL_MAX; value++, n++) {
		if (*value == '\\' || *value == '"' || *value == '\n')
			*to++ = '\\';
		*to++ = *value == '\n' ? 'n' : *value;
	}
	*to = 0;
	print(m, "%s=\"%s\"", name, text);
}

void metrics_value2(struct metrics *m, const char *name, const char *value, const char *name2,
    const char *value2, double v)
{
	if (m->lines == METRICS_LINES_MAX) {
		m->dropped++;
		return;
	}
	m->lines++;
	print(m, "%s", m->family);
	if (name) {
		append(m, "{", 1);
		label(m, name, value);
		if (name2) {
			append(m, ",", 1);
			label(m, name2, value2);
		}
		append(m, "}", 1);
	}
	/* Whole numbers, which most are, without an exponent. */
	if (v >= -9e15 && v <= 9e15 && v == (double)(int64_t)v)
		print(m, " %" PRId64 "\n", (int64_t)v);
	else
		print(m, " %.17g\n", v);
}

void metrics_value(struct metrics *m, const char *name, const char *value, double v)
{
	metrics_value2(m, name, value, NULL, NULL, v);
}

void metrics_one(
    struct metrics *m, const char *name, const char *help, enum metric_kind kind, double v)
{
	metrics_family(m, name, help, kind);
	metrics_value(m, NULL, NULL, v);
}

void metrics_end(struct metrics *m)
{
	double dropped = (double)m->dropped;
	m->lines = 0;
	metrics_one(m, "dnshound_metrics_dropped", "Values that had no room on this page.",
	    METRIC_GAUGE, dropped);
}
