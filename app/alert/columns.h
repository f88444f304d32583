/* SPDX-License-Identifier: ISC
 *
 * The figures of a finding, each under one stable name: the same in JSON, in CSV, in a table's
 * head, in --where, --sort and --columns. docs/json.md says what each means. */
#pragma once

#include "app/alert/record.h"
#include "include/dnshound.h"

enum column_kind {
	COLUMN_NUMBER,
	COLUMN_BYTES,      /* a number; tables show its unit */
	COLUMN_HUNDREDTHS, /* a number with two decimals, kept as hundredths */
	COLUMN_TIME,       /* nanoseconds since the epoch, shown as RFC 3339 */
	COLUMN_BOOL,
	COLUMN_WORD, /* one of a few words, in the order of their numbers */
	COLUMN_TEXT,
	COLUMN_LIST /* texts; in JSON a list */
};

struct column {
	const char *name;
	const char *help;
	uint8_t kind;       /* enum column_kind */
	uint8_t width;      /* in a table */
	uint16_t at, bytes; /* where the number lies in struct dh_finding; bytes 0: see `number` */
	bool (*number)(const struct dh_finding *f, int64_t *ret);
	const char *(*word)(int64_t number);             /* COLUMN_WORD: NULL beyond the last */
	const char *(*text)(const struct dh_finding *f); /* NULL or "": none */
	/* Element i of a list; false behind the last. */
	bool (*list)(const struct dh_finding *f, size_t i, struct dh_count *ret);
	const char *counts; /* what an element's name is called in JSON, beside its count */
};

enum { COLUMN_TEXT_MAX = 1032 /* the longest name, and room */ };

extern const struct column columns[];
extern const unsigned columns_n;

/* The column of that name; NULL when there is none. */
const struct column *columns_find(const char *name, size_t len);

static inline bool column_is_text(const struct column *c)
{
	return c->kind == COLUMN_TEXT || c->kind == COLUMN_LIST;
}

/* The value of any column that is not text; false where it has none. */
bool column_number(const struct column *c, const struct dh_finding *f, int64_t *ret);

/* The value as text, "" where there is none. Names print as everywhere: \DDD outside of ASCII.
 * In a cell for people bytes have a unit and times no date's punctuation beyond the second. */
void column_text(const struct column *c, const struct dh_finding *f, char *buf, size_t size);
void column_cell(const struct column *c, const struct dh_finding *f, char *buf, size_t size);

/* Add the value to a record, under the column's name. */
void column_record(const struct column *c, const struct dh_finding *f, struct record *to);
