/* SPDX-License-Identifier: ISC
 *
 * A folder into which somebody writes one file after another (tcpdump -G, a rotating sensor): each
 * is read to its end, in the order of their last change, and the newest as it grows. Once a second
 * the folder is looked through. Files that are not ours are passed over, as are hidden ones. */
#pragma once

#include "app/capture/feeder.h"
#include "app/capture/source.h"

enum { FOLDER_NAME_MAX = 256 };

/* The last file that was read, and up to where. Older ones are not read again. */
struct folder_place {
	char name[FOLDER_NAME_MAX]; /* "": none */
	int64_t changed_ns;
	uint64_t inode, offset;
	bool is_done;
};

struct folder_options {
	struct feeder_options feeder;
	struct opener opener; /* with NULL it opens the folder, with a name a file inside */
	enum capture_format format;
	struct source_mappings mappings;
	struct folder_place from;
};

/* NULL: no memory, or no descriptors. */
struct feeder *folder_feeder(const struct folder_options *o);
struct folder_place folder_place(const struct feeder *f);
