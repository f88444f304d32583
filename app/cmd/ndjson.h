/* SPDX-License-Identifier: ISC
 *
 * Findings and the summary as JSON, one object a line (docs/json.md). */
#pragma once

#include "app/alert/record.h"
#include "app/cmd/rows.h"

/* Print one line on standard output. */
void ndjson_finding(const struct session *s, const struct finding *f);
void ndjson_summary(const struct session *s, const struct rows *r);

/* The summary of a run without its findings, for commands that have something else to count. */
struct record *ndjson_summary_new(const struct session *s);
