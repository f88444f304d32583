/* SPDX-License-Identifier: ISC
 *
 * Where the preload objects' reports arrive. The kernel names the sender's pid; the rest is what
 * the sender says. */
#pragma once

#include <stdbool.h>

#include "agent/preload.h"

struct inbox {
	int fd;
	char path[PRELOAD_PATH_MAX + 1];
	uint64_t bad; /* datagrams that were none of ours */
};

struct inbox_report {
	int32_t pid;
	struct preload_message head;
	uint8_t name[PRELOAD_NAME_MAX + 1]; /* head.name_len bytes and a NUL */
};

/* Make the socket, for this user only. Zero or a negative errno. */
int inbox_open(struct inbox *b);
/* Close it and take its name away. */
void inbox_close(struct inbox *b);

/* The next report; false when none waits. */
bool inbox_take(struct inbox *b, struct inbox_report *ret);
