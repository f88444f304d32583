/* SPDX-License-Identifier: ISC */
#include "app/capture/report.h"

#include <errno.h>

static const char *const texts[CAPTURE_REASON_COUNT] = {
#define X(name, text) [CAPTURE_##name] = (text),
    CAPTURE_REASONS(X)
#undef X
};

const char *capture_reason_text(enum capture_reason reason)
{
	return (unsigned)reason < CAPTURE_REASON_COUNT ? texts[reason] : "unknown";
}

enum capture_reason capture_reason_of(int errnum)
{
	switch (errnum) {
	case ENOENT:
	case ENOTDIR:
		return CAPTURE_MISSING;
	case EACCES:
	case EPERM:
		return CAPTURE_DENIED;
	case EISDIR:
		return CAPTURE_DIRECTORY;
	case ENOMEM:
		return CAPTURE_MEMORY;
	default:
		return CAPTURE_IO;
	}
}
