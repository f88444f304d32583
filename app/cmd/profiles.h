/* SPDX-License-Identifier: ISC
 *
 * Comparison profiles (lib/judge/profile.h) run beside the engine on the same events: `--profile`
 * and `--compare`. They share the memory budget: half is the engine's, half theirs. */
#pragma once

#include "app/cmd/session.h"
#include "lib/judge/profile.h"

struct profiles {
	const struct session *session;
	struct profile *of[PROFILE_KINDS]; /* NULL: not wanted */
	void *memory[PROFILE_KINDS];
	size_t bytes[PROFILE_KINDS];
};

const char *profiles_name(enum profile_kind kind);
/* Names between commas, to bits 1 << kind; 0 after telling which is none. */
unsigned profiles_named(const char *option, const char *names);

/* Start the wanted ones and have the session feed them; budget is for all of them. False when
 * memory ran out, after saying so. */
bool profiles_open(struct profiles *p, struct session *s, unsigned wanted, size_t budget,
    const struct profile_sink *sink);
/* Deliver the rows that need all events. */
void profiles_finish(struct profiles *p);
void profiles_close(struct profiles *p);

/* Run a scan, or a hunt, whose rows are those of --profile. Returns the exit status. */
int profiles_scan(const struct options *o);
