/* SPDX-License-Identifier: ISC
 *
 * Reads a Public Suffix List file into the library's table: comments, blank lines and IDN rules
 * are a file's matter, the table takes ASCII. */
#pragma once

#include <stdio.h>

#include "lib/track/suffix.h"

/* Where Debian's package publicsuffix puts it. */
#define PSL_PATH "/usr/share/publicsuffix/public_suffix_list.dat"
#define PSL_MAX_AGE_DAYS 365
#define PSL_BAD_KEPT 8

struct psl_report {
	uint32_t rules; /* lines that became rules */
	uint32_t bad;   /* lines that did not */
	struct {
		uint32_t line;
		const char *reason; /* a constant text */
	} bad_lines[PSL_BAD_KEPT];  /* the first of them */
	int64_t date_s;             /* of the list, since the epoch */
	bool date_from_file;        /* no VERSION comment: the file's modification time */
};

/* Read the list at path into t. Bad rules are reported and left out. Negative errno when the file
 * cannot be read, -EINVAL when it holds no rule at all, -ENOSPC when t is full. */
int psl_load(struct suffix *t, const char *path, struct psl_report *ret);

/* Say what is wrong with the list, if anything, in lines that name the file. error: what
 * psl_load() returned. */
void psl_warn(FILE *to, const char *path, int error, const struct psl_report *r, int64_t now_s);
