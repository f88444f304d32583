/* SPDX-License-Identifier: ISC
 *
 * The directory that carved files go to. Names are made here: a number, what it is, and what is
 * left of the name that the traffic suggested once everything but letters, digits, '.', '-' and
 * '_' is gone. A file is always new (O_EXCL), never reached through a link, and all of them
 * together hold no more bytes than the user allows. */
#pragma once

#include "lib/carve/digest.h"

enum { CARVE_NAME_MAX = 112, CARVE_FILES_MAX = 4096, CARVE_OPEN_MAX = 32 };

struct carve_file {
	char name[CARVE_NAME_MAX];
	uint64_t bytes;
	bool is_cut; /* the limit was reached, or a write failed */
	int fd;      /* -1 when it is not open at the moment */
	struct digest digest;
	char sha256[DIGEST_TEXT]; /* after carve_dir_close() */
};

struct carve_dir {
	const char *path;
	int fd;
	unsigned number, files;
	uint64_t left;
	bool is_full; /* something was not written, for the limits */
	int error;    /* negative errno of the first write that failed */
	struct carve_file *open[CARVE_OPEN_MAX];
	unsigned next_open;
};

/* Make it, or take an empty one; with `force` any. Zero or a negative errno; -ENOTEMPTY. */
int carve_dir_open(struct carve_dir *d, const char *path, bool force, uint64_t max_bytes);
void carve_dir_done(struct carve_dir *d);

/* A new file NUMBER-what[-suggestion]; without one it ends in `ending`. NULL when none may or can
 * be made. The caller's, to be freed after carve_dir_close(). */
struct carve_file *carve_dir_create(
    struct carve_dir *d, const char *what, struct view suggestion, const char *ending);
/* Append; what is beyond the limit is left out, and noted. */
void carve_dir_write(struct carve_dir *d, struct carve_file *f, struct view data);
void carve_dir_close(struct carve_dir *d, struct carve_file *f);
/* A closed file for reading; -1 when that fails. */
int carve_dir_read(const struct carve_dir *d, const struct carve_file *f);

/* A file for the manifest: its name is free of the limits. A descriptor or a negative errno. */
int carve_dir_manifest(struct carve_dir *d, char ret_name[CARVE_NAME_MAX]);
