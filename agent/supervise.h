/* SPDX-License-Identifier: ISC
 *
 * The syscall supervisor: a thread that looks at each stopped call and lets it go on. What it does
 * before the answer is on the application's time: reading the message, noting it in the ring. Of
 * itself it keeps no account of descriptors: at each send the kernel is asked whom the socket is
 * connected to, on a copy of it (pidfd_getfd), so that there is nothing to be wrong after fork,
 * dup, close or a second connect(). */
#pragma once

#include <stdatomic.h>

#include "agent/filter.h"
#include "agent/framing.h"
#include "agent/known.h"
#include "agent/ring.h"
#include "agent/shared.h"

enum { SUPERVISE_PORTS = 8 };

struct supervise_options {
	int listener;
	struct shared *shared;
	struct ring *ring;
	struct filter_options filter;
	bool no_new_privs;
	bool no_sync; /* without the kernel's synchronous wake-up: to measure what it is worth */
	uint16_t ports[SUPERVISE_PORTS]; /* that are DNS */
	unsigned n_ports;
	/* Whether this query may not leave; NULL: all may. Called before the answer. */
	bool (*refuse)(void *ctx, const struct sighting *head, const uint8_t *message);
	void *refuse_ctx;
};

struct supervise_stats {
	_Atomic uint64_t calls, sends, sockets, placed;
};

struct supervisor;

/* NULL when memory ran out. The options are copied. */
struct supervisor *supervise_new(const struct supervise_options *o);
void supervise_free(struct supervisor *s);

/* Answer calls until nobody is left under the filter. */
void supervise_run(struct supervisor *s);

/* May be asked from another thread. */
const struct supervise_stats *supervise_stats(const struct supervisor *s);
