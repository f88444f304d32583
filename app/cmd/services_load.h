/* SPDX-License-Identifier: ISC
 *
 * The catalogue of declared services: the one that ships (data/services.tsv), or a file. */
#pragma once

#include "lib/track/services.h"

struct services_memory {
	void *table;
	char *text; /* of a file; entries look into it */
};

/* path NULL: the shipped one. False after telling what is wrong, with file and line. */
bool services_read(struct services_memory *m, const char *path, const struct hash_key *key,
    const struct services **ret);
void services_done(struct services_memory *m);
