/* SPDX-License-Identifier: ISC
 *
 * The rows of a comparison profile, in that rule set's own columns and spelling. */
#pragma once

#include "app/alert/record.h"
#include "lib/judge/profile.h"

struct profile_printer {
	bool json;
	unsigned top; /* 0: all */
	uint64_t printed;
};

/* The head of a table; the rows are as wide as their columns' names demand. */
void profile_print_head(enum profile_kind kind);
/* A profile_sink's row function; ctx is a struct profile_printer. */
void profile_print_row(void *ctx, const struct profile_row *row);
/* What a summary says of a profile. */
void profile_print_stats(struct record *to, const char *name, const struct profile_stats *stats);

/* Dotted text of any bytes, those outside printable ASCII as \DDD; cut where it does not fit. */
void profile_print_text(struct view text, char *buf, size_t size);
const char *profile_print_severity(enum points_severity severity);
