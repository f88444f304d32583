/* SPDX-License-Identifier: ISC
 *
 * The processes that were told of, on the reporter's side, and who asked in which zone. Fixed
 * tables: the oldest process, and the zone that was asked least, make room. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/sighting.h"

enum { PEOPLE_MAX = 512, PEOPLE_ZONES = 2048, PEOPLE_PER_ZONE = 3 };

struct people_zone {
	uint64_t zone_hash; /* 0: free */
	bool alerted;
	uint32_t queries, blocked;
	struct {
		uint32_t serial, queries;
	} who[PEOPLE_PER_ZONE];
};

struct people {
	struct process at[PEOPLE_MAX]; /* by serial modulo */
	struct people_zone zones[PEOPLE_ZONES];
	uint32_t met;
	uint32_t own_serials; /* for those that only the preload object told of */
};

void people_learn(struct people *p, const struct process *who);
/* NULL when it is not known (any more). */
const struct process *people_find(const struct people *p, uint32_t serial);
/* The newest image of a pid, asked from /proc where it has not been told of; NULL when it has
 * gone. */
const struct process *people_of_pid(struct people *p, int32_t pid);

/* Count a query of a process in a zone. */
struct people_zone *people_asked(struct people *p, uint64_t zone_hash, uint32_t serial);
const struct people_zone *people_zone(const struct people *p, uint64_t zone_hash);
