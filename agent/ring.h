/* SPDX-License-Identifier: ISC
 *
 * Records on their way from the supervisor's thread to the reporter's: one writer, one reader, no
 * lock. A full ring loses the record and counts it: the application must not wait for us. */
#pragma once

#include <stdatomic.h>
#include <stddef.h>

#include "agent/sighting.h"

#define RING_BYTES (4u << 20)

struct ring {
	_Atomic uint64_t head, tail; /* bytes ever written, ever read */
	_Atomic uint64_t lost;
	_Atomic bool asleep; /* the reader wants to be woken */
	int wake_fd;         /* an eventfd */
	uint8_t *bytes;
};

/* Zero or a negative errno. */
int ring_open(struct ring *r);
void ring_close(struct ring *r);

/* Writer: false (and counted) when there is no room. Wakes nobody: ring_wake(), later. */
bool ring_put(struct ring *r, const struct sighting *head, const void *body);
void ring_wake(struct ring *r);

/* Reader: the oldest record, copied into *ret and body (MESSAGE_MAX bytes). */
bool ring_take(struct ring *r, struct sighting *ret, uint8_t *body);
