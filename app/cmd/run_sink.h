/* SPDX-License-Identifier: ISC
 *
 * Lines on their way to a listener or a file, by a thread of its own: whoever puts a line never
 * waits. A buffer of fixed size; when it is full, lines are lost and counted. A listener that goes
 * away is tried again; lines that may not have arrived are then sent again. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct sink;

/* To "HOST:PORT" or "unix:PATH". first: a line that begins each connection. NULL when memory or
 * threads ran out. */
struct sink *sink_to(const char *destination, const char *first);
/* To a descriptor, which stays the caller's. */
struct sink *sink_fd(int fd);

/* line: with its '\n'. */
void sink_put(struct sink *s, const char *line, size_t len);

/* Wait up to wait_ms for what is still to go; the lines lost and those left. Frees it. */
uint64_t sink_close(struct sink *s, unsigned wait_ms);

uint64_t sink_lost(struct sink *s);
