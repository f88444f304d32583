/* SPDX-License-Identifier: ISC
 *
 * The clocks of a place, for logs that do not say their zone: when they are set forward and back.
 */
#pragma once

#include <stdbool.h>

#include "lib/decode/mapped_time.h"

enum { ZONES_CHANGES = 512 };

struct zones {
	uint32_t n;
	struct mapped_change change[ZONES_CHANGES];
};

/* "UTC", "local", +HH:MM, or a name of the tz database (Europe/Berlin). False after telling that it
 * is none. NULL is UTC. Not for use while other threads ask for local time. */
bool zones_make(struct zones *ret, const char *name);
