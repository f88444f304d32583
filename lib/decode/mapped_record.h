/* SPDX-License-Identifier: ISC
 *
 * The first half of reading a mapped log: from a line to the texts of its fields. */
#pragma once

#include "lib/decode/mapped.h"

/* What strings with escapes take of one record, what it was unwrapped from included. */
#define MAPPED_SCRATCH (24u << 10)
#define MAPPED_COLUMNS 512u

/* Which path each column of a CSV or TSV file belongs to, 0 for none, else its place + 1. */
struct mapped_columns {
	uint32_t n;
	uint8_t path[MAPPED_COLUMNS];
};

/* What is the same for all lines of a chunk. */
struct mapped_reader {
	const struct dh_mapping *m;
	struct mapped_clock clock;
	struct mapped_columns columns;
};

struct mapped_values {
	uint32_t have;
	uint8_t kind;    /* enum mapped_kind */
	bool is_list;    /* the answer is a JSON list */
	bool is_too_big; /* something had no room in the scratch */
	struct view text[MF_COUNT];
	uint8_t from[MF_COUNT]; /* the path's place, for fields that have several */
	size_t used;
	uint8_t scratch[MAPPED_SCRATCH];
};

enum mapped_found { MAPPED_FOUND, MAPPED_OTHER, MAPPED_BAD_JSON, MAPPED_BAD_FIELDS };

static inline bool mapped_has(const struct mapped_values *v, enum mapped_field f)
{
	return v->have >> f & 1;
}

void mapped_reader_init(
    struct mapped_reader *ret, const struct dh_mapping *m, struct view header, int64_t written_ns);

/* The texts of a line, without asking whether they make sense. MAPPED_OTHER: it belongs to another
 * log. Of *ret, only what `have` says is set. */
enum mapped_found mapped_record(
    const struct mapped_reader *r, struct view line, struct mapped_values *ret);
