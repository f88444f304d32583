/* SPDX-License-Identifier: ISC
 *
 * A baseline from a file. */
#pragma once

#include "lib/judge/baseline.h"

struct baseline_memory {
	void *loaded;
	char *text; /* names look into it */
};

/* False after telling what is wrong, with file and line. */
bool baseline_read(struct baseline_memory *m, const char *path, const struct hash_key *key,
    const struct baseline **ret);
void baseline_done(struct baseline_memory *m);

/* The file as tables for people. */
void baseline_print(const struct baseline *b);

/* Whether a file begins as a baseline does, of whatever version. */
bool baseline_is_file(const char *path);
/* Print a baseline's file; false after telling what is wrong with it. */
bool baseline_show(const char *path);
