/* SPDX-License-Identifier: ISC
 *
 * Times as logs write them, also those that say neither zone nor year:
 *
 *     1717747200  .25  [1717747200]                 seconds, ms or µs since the epoch (text_time())
 *     2024-06-07T08:00:00.25Z  2024/06/07 08:00:00  20240607 08:00:00
 *     Jun  7 08:00:00  Jun 07 2024 08:00:00         syslog
 *     07-Jun-2024 08:00:00.250                      BIND
 *     6/7/2024 8:00:00 AM  07.06.2024 08:00:00      Windows
 *
 * Where a clock is set back, an hour comes twice; a line for itself cannot tell which, so it is
 * the first. In the hour that is left out when it is set forward, it goes on as before. */
#pragma once

#include "lib/base/view.h"

/* From a time on (UTC, seconds), clocks are so many seconds before UTC. The first begins at
 * INT64_MIN. */
struct mapped_change {
	int64_t from_s;
	int32_t offset_s;
};

struct mapped_zone {
	uint32_t n;
	const struct mapped_change *at;
};

struct mapped_clock {
	struct mapped_zone zone; /* n 0: UTC */
	/* Nothing was written after: a time without a year is the last such before, a day of grace
	 * for wrong clocks. 0: not known, and such times are refused. */
	int64_t written_ns;
	bool day_first; /* of 1/2/2024 */
};

/* The time at the front of v, and how many bytes it takes; false when there is none. */
bool mapped_time_front(
    struct view v, const struct mapped_clock *c, int64_t *ret_ns, size_t *ret_used);

/* The same for text that is nothing but a time, perhaps "UTC" behind it. */
bool mapped_time(struct view v, const struct mapped_clock *c, int64_t *ret_ns);
