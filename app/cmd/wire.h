/* SPDX-License-Identifier: ISC
 *
 * A finding as one message between two processes that do not trust each other: whoever reads
 * packets may have been taken over by one of them, and whoever is told of findings must not be.
 * Every length, number and enumeration is checked when it is read. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "include/dnshound.h"

enum { WIRE_MAX = 128 << 10, WIRE_LIST_MAX = 64 };

/* A finding that was read, and what its pointers lead to. */
struct wire_finding {
	struct dh_finding f;
	int64_t now_ns;
	struct dh_process process;
	struct dh_allowed allowed;
	const char *texts[4][WIRE_LIST_MAX]; /* servers, samples, techniques, parts of samples */
	struct dh_step timeline[WIRE_LIST_MAX];
	struct dh_count counts[2][WIRE_LIST_MAX];
	struct dh_detail details[WIRE_LIST_MAX];
	struct dh_reason reasons[WIRE_LIST_MAX];
	char bytes[WIRE_MAX];
};

/* The length of the message in to[WIRE_MAX]; 0 when it does not fit. */
size_t wire_write(const struct dh_finding *f, int64_t now_ns, char *to);
/* False when it is no such message. Texts lie in *ret. */
bool wire_read(struct wire_finding *ret, const char *message, size_t len);
