/* SPDX-License-Identifier: ISC
 *
 * Start the application under the filter. */
#pragma once

#include <signal.h>
#include <sys/types.h>

#include "agent/filter.h"
#include "agent/shared.h"

struct launch {
	struct shared *shared;
	pid_t pid;
	int listener; /* -1: the kernel has no user notification for us; `error` says why */
	int guardian; /* closing it tells the guardian to take over */
	int error;
	bool no_new_privs;
};

/* Fork, filter, exec argv with the environment envp and the signal mask. Zero or a negative errno;
 * -errno of the exec itself stands in ret->shared->exec_error a moment later, and the process exits
 * 126 or 127. */
int launch_start(struct launch *ret, const struct filter_options *o, char *const argv[],
    char *const envp[], const sigset_t *mask);
