/* SPDX-License-Identifier: ISC
 *
 * CSV on standard output (RFC 4180, lines end in LF). A text that a spreadsheet would take for a
 * formula, because it begins with = + - @ tab or carriage return, gets a ' in front. */
#pragma once

#include <stdbool.h>

/* One cell; `first` says whether it opens its line. */
void csv_cell(const char *text, bool first);
void csv_end(void);
