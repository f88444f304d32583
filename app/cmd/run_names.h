/* SPDX-License-Identifier: ISC
 *
 * The same question, seen by both mechanisms, counts once. A call of the resolver library is told
 * of when it returns; the queries that it caused were told of before they left. So a name of a
 * report is known already when the same process sent it (or it with a search domain behind) on a
 * socket while the call lasted. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NAMES_KEPT = 4096 };

struct names {
	struct names_sent {
		int64_t time_ns;
		int32_t pid;
		uint8_t len; /* of wire, in lower case */
		uint8_t wire[255];
	} at[NAMES_KEPT];
	uint32_t next;
};

void names_sent(struct names *n, int32_t pid, int64_t time_ns, const uint8_t *wire, size_t len);
bool names_were_sent(const struct names *n, int32_t pid, int64_t from_ns, int64_t to_ns,
    const uint8_t *wire, size_t len);
