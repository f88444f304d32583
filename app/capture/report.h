/* SPDX-License-Identifier: ISC
 *
 * What a reader has to say about an input. Nothing here prints: app/cmd hands in a sink, shows
 * each report once and chooses the exit status by severity. */
#pragma once

#include <stdint.h>

enum capture_severity {
	CAPTURE_NOTE,    /* a file of a directory that is none of ours: counted in the summary */
	CAPTURE_WARNING, /* ordinary, yet something is missing: a cut last record */
	CAPTURE_ERROR    /* the input is wrong, or could not be read */
};

/* The texts agree with those of lib/decode where both count the same thing. */
enum capture_reason {
#define CAPTURE_REASONS(X)                                                      \
	X(MISSING, "file-missing")                                              \
	X(DENIED, "file-permission")                                            \
	X(DIRECTORY, "file-is-directory")                                       \
	X(IO, "file-read")                                                      \
	X(MEMORY, "out-of-memory")                                              \
	X(EMPTY, "file-empty")                                                  \
	X(UNKNOWN, "file-unknown-format")                                       \
	X(RECORD_CUT, "record-cut")       /* the file ends inside a record */   \
	X(RECORD_LENGTH, "record-length") /* what follows cannot be a record */ \
	X(LINE_LONG, "line-too-long")                                           \
	X(COMPRESSED, "compressed-stream")                                      \
	X(CROWD, "too-many-inputs") /* more than are merged, or numbered, at once */
#define X(name, text) CAPTURE_##name,
	CAPTURE_REASONS(X)
#undef X
	    CAPTURE_REASON_COUNT
};

/* One thing to tell. The strings are valid during the call only. */
struct capture_report {
	const char *file; /* as the caller named it, or as it was found in a directory */
	uint64_t offset;  /* bytes from the start: of the file for compressed-stream and file-read,
	                     else of what the file holds once it is inflated */
	enum capture_reason reason;
	enum capture_severity severity;
	const char *text; /* a sentence for people, without the file's name */
};

struct capture_sink {
	void (*report)(void *arg, const struct capture_report *r); /* NULL: nobody listens */
	void *arg;
};

/* The stable text of a reason, as it stands in summaries. */
const char *capture_reason_text(enum capture_reason reason);
/* The reason behind an errno of open(2) or read(2). */
enum capture_reason capture_reason_of(int errnum);

static inline void capture_tell(struct capture_sink sink, const struct capture_report *r)
{
	if (sink.report)
		sink.report(sink.arg, r);
}
