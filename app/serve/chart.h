/* SPDX-License-Identifier: ISC
 *
 * Pictures of a finding, as SVG inside HTML: no script, colours by class (web/report.css), widths
 * in percent so that text keeps its size on a phone. The finding is the JSON document of one
 * (docs/json.md); what it lacks is not drawn. */
#pragma once

#include "app/alert/record.h"
#include "app/serve/html.h"

/* What names of a pair look like: the mean over them. */
struct chart_pair {
	uint32_t length_100, entropy_100; /* of subdomains; bits a character */
};

/* Leaked bytes over time, out above and in below the line. False when there is no time line. */
bool chart_timeline(struct html *h, const struct record *finding);

/* The cloud of ordinary pairs, once in a document, for chart_pairs() to refer to. max_100: the
 * longest mean length that any of chart_pairs() will show. */
void chart_cloud(struct html *h, const struct chart_pair *pairs, size_t n, uint32_t max_length_100);
/* The finding among them. */
void chart_pairs(struct html *h, const struct record *finding, uint32_t max_length_100);

/* Reasons, points as bars, largest first. */
void chart_reasons(struct html *h, const struct record *finding);

/* A list of {key, "count"} as bars; nothing when it is empty. */
void chart_counts(struct html *h, const struct record *list, const char *key, const char *heading);

/* Seconds since the epoch of an RFC 3339 time; 0 when it is none. */
double chart_seconds(const char *rfc3339);
