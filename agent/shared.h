/* SPDX-License-Identifier: ISC
 *
 * One page that the supervisor, the guardian and, until its exec, the application's first process
 * have in common. */
#pragma once

#include <linux/seccomp.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

struct shared {
	/* Start: the application's process -> supervisor. */
	sem_t filtered; /* the filter is in place, or failed */
	sem_t taken;    /* the supervisor has a copy of the listener */
	int listener;   /* in the application's process, or a negative errno */
	bool no_new_privs;
	_Atomic int exec_error;

	/* Running: supervisor -> guardian. The kernel writes the notification straight in here, so
	 * that there is no moment at which it is known to a killed supervisor only; id 0 = none in
	 * hand. */
	_Atomic uint64_t answered;
	union {
		struct seccomp_notif notif;
		uint8_t room[512]; /* a newer kernel's may be larger */
	};
	_Atomic uint64_t let_through; /* by the guardian, unseen */
};
