/* SPDX-License-Identifier: ISC
 *
 * What a process gives up before it reads the first byte of somebody else's. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* Another user, when we are root; no capabilities. name "": who we are. Zero or a negative errno
 * (-ESRCH: there is no such user). */
int confine_user(const char *name);
/* The ids of that user; false when there is none. Ours for "". */
bool confine_ids(const char *name, uid_t *ret_uid, gid_t *ret_gid);

/* Nothing can be gained by running another program. Zero or a negative errno. */
int confine_privileges(void);
/* For who only reads descriptors that are open, computes, and tells: no opening, no sockets, no
 * programs (seccomp, and Landlock where the kernel has it). Zero or a negative errno; *ret_landlock
 * says whether that was there. */
int confine_worker(bool *ret_landlock);
/* Of who tells: it connects and writes files, but looks into no process and mounts nothing; what
 * it runs (command sinks only) is held by the same filter. */
int confine_herald(bool runs_commands);
