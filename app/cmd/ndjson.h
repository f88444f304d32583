/* SPDX-License-Identifier: ISC
 *
 * Findings and the summary as JSON, one object a line (docs/json.md). */
#pragma once

#include "app/cmd/rows.h"

/* Print one line on standard output. */
void ndjson_finding(const struct session *s, const struct finding *f);
void ndjson_summary(const struct session *s, const struct rows *r);

/* Text of a record type, TYPE123 where it has no name. */
void ndjson_type(uint16_t type, char *buf, size_t size);
