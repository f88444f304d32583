/* SPDX-License-Identifier: ISC
 *
 * The processes that the supervisor has met, by thread: looked up at each stopped call, so found
 * without reading /proc. A fixed table; what is not used for long makes room. Each process keeps a
 * pidfd, which tells for certain whether the pid is still the same process. */
#pragma once

#include "agent/sighting.h"

enum { KNOWN_PROCESSES = 128, KNOWN_THREADS = 512 };

struct known {
	int32_t pid; /* 0: free */
	int pidfd;
	int fd_folder; /* /proc/PID/fd, for asking which descriptors are taken */
	uint32_t serial;
	uint64_t used;                       /* clock of the table */
	uint64_t netns;                      /* 0: to be asked for */
	uint32_t fsuid;                      /* UINT32_MAX: to be asked for */
	uint16_t next_datagram, next_stream; /* where the search for a free descriptor goes on */
	uint16_t foreign_streams;            /* stops at streams that were no DNS */
	bool told;                           /* its details were reported */
	bool streams_outside;                /* its streams are no DNS: made outside the window */
};

struct known_table {
	struct known at[KNOWN_PROCESSES];
	struct {
		int32_t tid, pid;
	} threads[KNOWN_THREADS];
	uint64_t clock;
	uint32_t serials;
};

void known_init(struct known_table *t);
void known_done(struct known_table *t);

/* The process that a thread belongs to; NULL when it has gone. */
struct known *known_find(struct known_table *t, int32_t tid);

/* The same for what was met before only, without asking /proc. */
struct known *known_peek(struct known_table *t, int32_t tid);

/* It is about to run another program, or to change its namespaces or user: ask anew. */
void known_changes(struct known_table *t, struct known *k);
