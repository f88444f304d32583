/* SPDX-License-Identifier: ISC
 *
 * What /proc tells of a process. All of it is written by the process itself or by its parents, so
 * it is text of unknown content. */
#pragma once

#include "agent/sighting.h"

/* Fill in everything but serial. Zero, or -ESRCH when it has gone. */
int procfs_read(int32_t pid, struct process *ret);

/* The thread group of a thread; 0 when it has gone. */
int32_t procfs_group(int32_t tid);

/* The file system user id of a process; UINT32_MAX when unknown. */
uint32_t procfs_fsuid(int32_t pid);

/* Which network namespace a process is in, as a number; 0 when unknown. pid 0: our own. */
uint64_t procfs_netns(int32_t pid);

/* The name of the file that an execve() by that process would run, opened with O_PATH; path is
 * what it passed. A negative errno when it cannot be found. */
int procfs_open_program(int32_t pid, int dirfd, const char *path);
/* Whether running it as anybody else gives privilege: set-user-ID, set-group-ID or capabilities. */
bool procfs_has_privilege(int program_fd);
