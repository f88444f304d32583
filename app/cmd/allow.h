/* SPDX-License-Identifier: ISC
 *
 * What the site allows: findings that somebody has looked at and accepted, with the reason.
 *
 * One entry a line, four or more words between blanks or tabs; # begins a comment line:
 *
 *     ZONE  CLIENT  UNTIL  REASON...
 *
 *     sophosxl.net  *            *           file reputation, ticket 4711
 *     evil.test     10.9.0.0/16  2026-12-31  red team exercise
 *     *             10.0.0.99    *           the vulnerability scanner
 *
 * ZONE is a domain, for itself and for what lies below it, or "-" for names outside the public
 * DNS, or "*". CLIENT is an address, a network, or "*". UNTIL is the last day (UTC) that is
 * allowed, or "*". Days are those of the events, so the same input gives the same result
 * tomorrow. An entry of three stars would allow everything and is refused. */
#pragma once

#include "app/cmd/options.h"
#include "lib/engine/finding.h"

struct allow_entry {
	const char *file;
	uint32_t line;
	const char *zone, *client; /* NULL: any */
	int64_t until_ns;          /* the first moment that is not allowed; INT64_MAX: never */
	const char *reason;
};

struct allow {
	struct allow_entry *entries;
	size_t n, room;
	char *texts[OPTIONS_LIST_MAX];
	unsigned n_texts;
};

/* Read the files. False after telling what is wrong, with file and line. */
bool allow_read(struct allow *a, const struct option_list *files);
void allow_done(struct allow *a);

/* The entry that allows a finding, NULL when none does. */
const struct allow_entry *allow_find(const struct allow *a, const struct finding *f);

/* Tell which entries had ended before the newest event. */
void allow_warn_expired(const struct allow *a, int64_t newest_ns);
