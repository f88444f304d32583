/* SPDX-License-Identifier: ISC
 *
 * For tests of carvers only: a capture file as carve events, and where their data goes. */
#pragma once

#include "lib/carve/carve.h"

/* Path of a file of the corpora (DNSHOUND_CORPUS), or NULL when they are not there. */
const char *corpus_path(const char *file, char buf[512]);

/* Events of the packets on port 53, read whole into memory. */
struct capture {
	struct carve_event *events;
	size_t n;
};

bool capture_read(struct capture *c, const char *path);
void capture_free(struct capture *c);

/* Run a carver over all events; the tunnel's domain is found as lib/carve/top.h does. */
void capture_carve(
    const struct capture *c, const struct carver *carver, const struct carve_sink *sink);

/* A growing byte string. */
struct bytes {
	uint8_t *p;
	size_t len, cap;
};

void bytes_put(struct bytes *b, size_t at, struct view v);
/* Lower-case hex of SHA-256, in a static buffer. */
const char *bytes_sha256(const struct bytes *b);
/* The whole of a file. */
struct bytes bytes_read(const char *path);
