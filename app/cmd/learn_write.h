/* SPDX-License-Identifier: ISC
 *
 * The statistics of a baseline, and its text. No figure in it is what one client alone reached. */
#pragma once

#include <stdio.h>

#include "app/cmd/learn_pairs.h"

struct learn_wish {
	uint32_t min_clients;
	uint32_t alerts_per_week; /* over the site; 0: one for a thousand clients */
};

/* Print all but the line with the sum. p is put in another order. False when memory ran out. */
bool learn_write(FILE *to, struct learn_pairs *p, const struct learn_days *days,
    const struct engine_stats *stats, const struct learn_wish *wish);
