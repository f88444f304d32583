/* SPDX-License-Identifier: ISC
 *
 * Several inputs as one sequence in the order of time: always from the input whose next record is
 * earliest, up to the time of the second-earliest input's next record. Such a run is a chunk. Where
 * inputs do not overlap (rotated files) whole chunks pass through without a copy; ties go to the
 * input that was named first, so the order does not depend on anything but the inputs.
 *
 * Every regular file is opened for a moment at the start, to learn when it begins, and again when
 * its time has come; so thousands of files need few descriptors. Pipes are opened once.
 *
 * A record without a readable time goes with the one before it. Frames of dnstap files carry
 * their time inside: without options.frame_time such a file counts as older than everything and
 * is delivered first, as a whole. */
#pragma once

#include "app/capture/listing.h"
#include "app/capture/source.h"

/* Inputs open at once; one of zstd, which keeps megabytes, counts for eight. When more overlap in
 * time, the late ones wait for a place, and that is reported. */
#define MERGE_OPEN_MAX 64
#define MERGE_ZSTD_WEIGHT 8
/* dh_chunk.source is below 65535. */
#define MERGE_INPUTS_MAX 65535u

struct merge;

struct merge_options {
	enum capture_format format; /* as source_options */
	struct source_mappings mappings;
	uint16_t site;
	struct capture_sink sink;
	/* dh_line_time() */
	int64_t (*line_time)(const struct dh_chunk *chunk, const char *line, size_t len);
	/* The time in ns of a DH_DNSTAP frame, INT64_MIN if it has none; may be NULL. */
	int64_t (*frame_time)(const struct dh_frame *frame);
};

/* The list must live as long as the merge; dh_chunk.source is the place in it. Inputs that cannot
 * be opened are reported, in their turn, and left out. Zero, or -ENOMEM, or -EINTR. */
int merge_open(
    struct merge **ret_merge, const struct listing *list, const struct merge_options *options);
void merge_close(struct merge *m);
/* As source_next(). The slot's memory may be exchanged for another's, never its validity. */
int merge_next(struct merge *m, struct chunk_slot *slot);

/* For a progress line, from any thread: stored bytes consumed, and of all inputs (of those whose
 * size is known). */
uint64_t merge_done_bytes(const struct merge *m);
uint64_t merge_total_bytes(const struct merge *m);
