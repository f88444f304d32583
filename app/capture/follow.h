/* SPDX-License-Identifier: ISC
 *
 * A file that somebody writes to: what is added is read as it comes, also over a rotation (the
 * name stands for another file) and a truncation (copytruncate). Format as everywhere from the
 * content. The file is asked ten times a second, which also works where notifications do not
 * (network file systems).
 *
 * Where it was read to is known by its device, inode and offset, so that a daemon that starts
 * again goes on there. */
#pragma once

#include "app/capture/feeder.h"
#include "app/capture/source.h"

struct follow_place {
	uint64_t device, inode, offset; /* inode 0: none */
};

struct follow_options {
	struct feeder_options feeder;
	struct opener opener;
	enum capture_format format;
	struct source_mappings mappings;
	struct follow_place from; /* go on there if it is still that file, else from its start */
};

/* NULL: no memory, or no descriptors. The file need not be there yet. */
struct feeder *follow_feeder(const struct follow_options *o);
/* Up to where everything was handed over. */
struct follow_place follow_place(const struct feeder *f);
