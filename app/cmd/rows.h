/* SPDX-License-Identifier: ISC
 *
 * Findings gathered from the engine and put in order, for printing. */
#pragma once

#include "app/cmd/session.h"

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

/* Text of a finding's zone: "evil.com", "-", "*.com". NAME_TEXT_MAX bytes. */
void rows_zone(const struct finding *f, char *buf);
/* The stable id of a finding: unkeyed, so that it is the same in every run. 17 bytes. */
void rows_id(const struct finding *f, char buf[17]);
/* Sentence of a verdict's reason i. */
enum { ROWS_REASON_MAX = 512 };
void rows_reason(
    const struct session *s, const struct finding *f, unsigned i, char *buf, size_t size);
const char *rows_subject(const struct finding *f);
/* What a person should do next, one sentence. */
const char *rows_next_step(const struct finding *f);
