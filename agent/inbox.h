/* SPDX-License-Identifier: ISC
 *
 * The reading end of the preload objects' queue. */
#pragma once

#include <stdbool.h>

#include "agent/preload.h"

struct inbox {
	struct preload_queue *queue; /* NULL: none */
	char path[64];
	uint64_t next;      /* report to be read; ours, not the shared one */
	int64_t stuck_ns;   /* since when its writer owes it, CLOCK_MONOTONIC; 0 = it does not */
	uint64_t bad, lost; /* reports that were none; that never came or found no slot */
};

struct inbox_report {
	int32_t pid;
	struct preload_message head;
	uint8_t name[PRELOAD_NAME_MAX + 1]; /* head.name_len bytes and a NUL */
};

/* Make the file, for this user only. Zero or a negative errno. */
int inbox_open(struct inbox *b);
/* Unmap it and take its name away. */
void inbox_close(struct inbox *b);

/* The next report; false when none is ready. now_ns: CLOCK_MONOTONIC. */
bool inbox_take(struct inbox *b, int64_t now_ns, struct inbox_report *ret);
