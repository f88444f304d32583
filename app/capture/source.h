/* SPDX-License-Identifier: ISC
 *
 * One input (a file, a pipe, standard input) as a sequence of chunks. Compression and format are
 * told from the content. Memory is fixed: the input is read into the caller's slots, and what
 * lies behind the last whole record waits in one buffer for the next call.
 *
 * What is wrong with the input goes to the sink, at most SOURCE_REPORTS times and then as a
 * number; the records before a damage are always delivered. */
#pragma once

#include "app/capture/detect.h"
#include "app/capture/report.h"
#include "app/capture/slot.h"

#define SOURCE_REPORTS 8

struct source;

/* How mapped logs are read: one for all inputs, or told from the first bytes of each. */
struct source_mapping {
	const struct dh_mapping *mapping; /* NULL: none */
	bool has_header;                  /* its first line names the columns */
};

struct source_mappings {
	struct source_mapping fixed; /* with FORMAT_MAPPED */
	/* When nothing else is recognised, or lines of JSON are. May be NULL. */
	struct source_mapping (*recognise)(void *ctx, struct view head);
	void *ctx;
};

struct source_options {
	const char *path; /* "-" is standard input */
	int fd;           /* > 0: read this, the caller's, and path is only its name */
	bool grows;       /* somebody still writes to it: -EAGAIN where there is no more */
	enum capture_format format; /* FORMAT_AUTO unless the user knows better */
	struct source_mappings mappings;
	uint16_t number; /* dh_chunk.source */
	uint16_t site;
	/* A chunk ends there, so that whoever has read so far before can pass over what it knows:
	 * an earlier source_position(). 0: none. */
	uint64_t ends_at;
	bool in_directory; /* found, not named: an unknown format is only a note */
	struct capture_sink sink;
};

/* Opens, and reads as far as it takes to know the format. Zero, or a negative errno after the
 * reason was reported (-EBADMSG for empty or unknown content); -EINTR is not reported, nor is
 * -EAGAIN: too little of a growing file to know its format. */
int source_open(struct source **ret_source, const struct source_options *options);
void source_close(struct source *s);
/* Fill slot->chunk with the next chunk: 1, or 0 at the end (a broken end was reported). It waits
 * for a pipe, but hands over what has come without waiting for more. -EINTR when a signal came
 * while it waited, -EAGAIN at the present end of a growing file: call again, nothing is lost. */
int source_next(struct source *s, struct chunk_slot *slot);
/* Aim at chunks of that many bytes (SLOT_CHUNK_BYTES unless set, never more): a smaller window
 * needs less memory. */
void source_set_window(struct source *s, size_t bytes);

/* Bytes of the file consumed (as stored, before inflating), and its size, 0 when not known. */
uint64_t source_done_bytes(const struct source *s);
uint64_t source_total_bytes(const struct source *s);
/* Where the next chunk begins, in the inflated input. */
uint64_t source_position(const struct source *s);
enum capture_format source_format(const struct source *s);
enum compression source_compression(const struct source *s);
