/* SPDX-License-Identifier: ISC
 *
 * Places of separators and line ends, in order, some lines at a time, and which of them are line
 * ends: found apart from their use, neither loop has a turn that the processor cannot guess. */
#pragma once

#include <stdint.h>

#define MARKS_ROOM 1024u

struct marks {
	uint32_t n, n_lines;
	uint32_t at[MARKS_ROOM + 64];   /* from the first byte looked at */
	uint32_t line[MARKS_ROOM + 64]; /* numbers of marks */
};

/* Mark what begins at p, up to end or until there is no more room. 64 bytes can be read from any
 * byte before end on. Some marks may lie behind end. */
void marks_fill(struct marks *m, const uint8_t *p, const uint8_t *end, uint8_t separator);
