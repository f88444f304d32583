/* SPDX-License-Identifier: ISC
 *
 * From what the user named to a list of files: directories are read recursively and in sorted
 * order, hidden entries and links to directories left out, a file that is there twice (a link)
 * taken once. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "app/capture/report.h"

struct listing_file {
	char *path;
	uint64_t size; /* of a regular file, else 0 */
	uint64_t device, inode;
	bool is_regular;
	bool in_directory; /* found, not named */
};

struct listing {
	struct listing_file *files;
	size_t n, room;
};

/* Zero, or -ENOMEM. What does not exist or may not be read is reported and left out; what was
 * named keeps its place, the files of a directory are sorted by path (bytewise). */
int listing_make(
    struct listing *ret_list, const char *const *paths, size_t n, struct capture_sink sink);
void listing_done(struct listing *list);
