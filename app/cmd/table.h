/* SPDX-License-Identifier: ISC
 *
 * Findings for people: a ranked table within 100 columns, the reasons under each, what could not
 * be seen in one line, and what to do next. */
#pragma once

#include "app/cmd/rows.h"

void table_findings(const struct session *s, const struct rows *r);
/* "812 B", "177.3 KiB". */
void table_bytes(uint64_t bytes, char *buf, size_t size);
/* Cut in the middle: the zone's end and the beginning of a name tell most. */
void table_fit(char *text, size_t width);
/* What was read and what could not be seen, in one line. */
void table_coverage(const struct session *s);
/* Whether standard output takes colours: a terminal, and NO_COLOR is not set. */
bool table_has_colours(void);
