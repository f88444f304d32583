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

void capture_carve_password(const struct capture *c, const struct carver *carver,
    const struct carve_sink *sink, const char *password);

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

/* Captures made by tests. The text of a name has labels parted by dots; bytes as they are. */
void capture_query(struct capture *c, uint16_t qtype, const char *name);
/* A response with one record. */
void capture_reply(
    struct capture *c, uint16_t qtype, const char *name, uint16_t type, struct view rdata);

#define CARVED_STREAMS 64

/* All that came out: streams and files together by number. */
struct carved {
	struct bytes stream[CARVED_STREAMS][2];
	struct bytes facts; /* "key=text;" for each */
	unsigned packets[2], gaps[2];
	uint64_t missing[2];
};

struct carve_sink carved_sink(struct carved *to);
bool carved_says(const struct carved *c, const char *fact);
void carved_free(struct carved *c);
