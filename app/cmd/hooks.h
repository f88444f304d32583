/* SPDX-License-Identifier: ISC
 *
 * Commands of the configuration that the daemon runs: a resolver is told to read its policy zone
 * again, the packet filter to load its pairs, a host is isolated. The herald asks, its parent runs
 * them with the privileges that it has: of what the herald says, only a number and a checked
 * address arrive there. No shell; the environment is PATH alone. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "app/cmd/config.h"

enum hook { HOOK_ZONE, HOOK_PAIRS, HOOK_ISOLATE, HOOKS };

/* The herald: false when the parent cannot be asked. address of HOOK_ISOLATE, else "". */
bool hooks_ask(int fd, enum hook which, const char *address);

/* The parent's. One of a kind runs at a time; asked again meanwhile, it runs once more. */
struct hooks {
	struct {
		pid_t pid;
		int64_t since_ns;
		bool again;
		char address[48];
	} running[HOOKS];
};

/* Answer a request that waits on fd; false when the other end is gone. */
bool hooks_serve(struct hooks *h, int fd, const struct config *c);
/* A child has ended: whether it was one of these. */
bool hooks_reap(struct hooks *h, pid_t pid, int status, const struct config *c);
/* End those that take too long. */
void hooks_tick(struct hooks *h);
