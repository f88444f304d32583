/* SPDX-License-Identifier: ISC
 *
 * The report: one HTML file that needs nothing beside it, for people who would rather look at a
 * page than at a terminal. Made from the JSON that scan prints (docs/json.md), so that the page of
 * the daemon shows an alert just so. */
#pragma once

#include "app/alert/record.h"
#include "app/serve/chart.h"
#include "app/serve/html.h"

/* Findings that are told in full; the table has all that are handed over. */
enum { REPORT_FULL_MAX = 100 };

struct report {
	const struct record *summary;         /* scan's last line */
	const struct record *const *findings; /* worst first */
	size_t n;
	const struct chart_pair *ordinary; /* pairs that are no findings */
	size_t n_ordinary;
};

/* The file, a string of malloc(); NULL when memory ran out. */
char *report_html(const struct report *r, size_t *ret_len);

/* One finding in full, below a heading of its own; also on the daemon's page. ordinary: as in
 * report, their cloud is already in the document; max_length_100 as for chart_pairs(), 0 when
 * there is nothing to compare with. */
void report_finding(
    struct html *h, const struct record *finding, size_t n_ordinary, uint32_t max_length_100);

/* "10.0.0.7", "12 clients"; "evil.com", "many zones", "no zone of the public DNS". */
void report_client(struct html *h, const struct record *finding);
void report_zone(struct html *h, const struct record *finding);
