/* SPDX-License-Identifier: ISC
 *
 * Findings gathered from the engine and put in order, for printing. */
#pragma once

#include "app/cmd/session.h"
#include "lib/engine/publish.h"

struct rows {
	struct finding *at;
	size_t n;
	size_t n_allowed;                          /* of those */
	size_t by_severity[SEVERITY_CRITICAL + 1]; /* before --top cut the list */
};

/* The entry of --allow that a finding falls under, or NULL. */
const struct allow_entry *rows_allowed(const struct session *s, const struct finding *f);

enum rows_of { ROWS_FINDINGS, ROWS_PAIRS, ROWS_ALL };

/* Findings at or above the threshold, worst first; or every pair; or all subjects that the engine
 * knows, whatever --client and --zone say. False when memory ran out. */
bool rows_gather(struct rows *r, const struct session *s, enum rows_of what);
void rows_free(struct rows *r);

/* A finding as it is told, with what only this side knows: process, allow list, carvers. */
struct rows_public {
	struct published told;
	struct dh_process process;
	struct dh_allowed allowed;
	char *carve_command;
};
void rows_publish(const struct session *s, const struct finding *f, struct rows_public *ret);
void rows_public_done(struct rows_public *r);
