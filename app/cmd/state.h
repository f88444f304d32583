/* SPDX-License-Identifier: ISC
 *
 * What a daemon knows, in a file that the worker has mapped: what it writes there is the kernel's
 * from that moment on, so a killed process loses nothing but the event it was at (resume.c). The
 * file has all its blocks from the start: a full disk cannot break a mapping.
 *
 * After a reboot the file is as the disk has it. When the daemon had ended by itself, checksums of
 * its pages say what of it is whole; after a power cut they cannot, and the state begins anew.
 *
 * The first pages hold what is not the engine's: the key of all hashes, and how far the files that
 * are followed were read. */
#pragma once

#include <sys/types.h>

#include "app/capture/folder.h"
#include "app/capture/follow.h"
#include "app/cmd/config.h"
#include "lib/base/hash.h"
#include "lib/engine/engine.h"

struct state;

struct state_place {
	uint64_t source; /* hash of its kind and address; 0: free */
	struct follow_place follow;
	struct folder_place folder;
};

/* Opens dir/tracking, or makes it for the user uid, gid. `old`: one that this process has open, or
 * NULL. Zero; -EWOULDBLOCK: another daemon has it; another negative errno. */
int state_open(
    struct state **ret_state, const char *dir, uid_t uid, gid_t gid, const struct state *old);
void state_close(struct state *s);
/* The key that its hashes are made with. */
struct hash_key state_key(const struct state *s);

/* Map it over the front of mem, which has engine_size() bytes. Zero or a negative errno. */
int state_map(struct state *s, void *mem, const struct engine_config *c);
/* Begin to work: an engine in mem, with what is left of the last one. */
struct engine *state_begin(struct state *s, void *mem, const struct engine_config *c);
/* The work has ended as it should: checksums, for a reboot. */
void state_end(struct state *s, void *mem);
/* Have the kernel write what has changed, without waiting for it. */
void state_flush(struct state *s);

/* Where a source's place is kept; NULL when there is no room. */
struct state_place *state_place(struct state *s, const struct config_source *source);
