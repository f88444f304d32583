/* SPDX-License-Identifier: ISC
 *
 * The kernel's side of seccomp user notification, as five functions: what Debian's headers lack is
 * defined in the .c. */
#pragma once

#include <linux/seccomp.h>
#include <stdbool.h>
#include <stdint.h>

/* Ask the kernel to run the supervisor on the caller's processor at once (Linux 6.6). False where
 * it does not know that. */
bool notify_set_sync(int listener);

/* Wait for the next stopped call. *n must be zero. Zero or a negative errno: -ENOENT when its
 * process died meanwhile or nobody is left. */
int notify_receive(int listener, struct seccomp_notif *n);

/* Let it run as if nothing had been; or end it with an error of its own (a positive errno). */
int notify_continue(int listener, uint64_t id);
int notify_refuse(int listener, uint64_t id, int error);

/* Give it a descriptor at number `at` as its result. Zero or a negative errno; then it still waits
 * for an answer. */
int notify_give(int listener, uint64_t id, int fd, unsigned at, bool cloexec);

/* Whether the call still waits: its thread id can then not have gone to somebody else. */
bool notify_is_waiting(int listener, uint64_t id);
