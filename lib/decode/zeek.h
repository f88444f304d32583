/* SPDX-License-Identifier: ISC
 *
 * Zeek's dns.log (base/protocols/dns/main.zeek), as tab-separated columns and as JSON. A record
 * joins a query with its response: it becomes one event with EV_QUERY, and EV_RESPONSE too where
 * there is a response code or an answer.
 *
 * What Zeek does not keep: the case of names (unless policy/protocols/dns/log-original-query-case
 * adds original_query), sizes, rdata beyond addresses, names and texts, types within a chain of
 * answers: a name among them is taken for a CNAME, or for what was asked if that has a name. */
#pragma once

#include "lib/decode/fields.h"
#include "lib/decode/line.h"

/* How the values are written. */
struct zeek_form {
	unsigned escapes;      /* enum text_escape */
	uint8_t set_separator; /* 0: answers and TTLs are JSON arrays */
};

/* The event of a record; false when it gave none (counted). ts is the field of its time. */
bool zeek_event(
    const struct line *l, const struct fields *f, enum field ts, const struct zeek_form *form);

/* The event of one JSON record whose fields were read, and may now be written to; false when it
 * gave none (counted). */
bool zeek_json_event(struct fields *f, const struct line *l);

/* Read lines of a TSV log into b. header holds the # lines in force; # lines among the others
 * change them from there on. Columns go by #fields only, so any set and order of them will do. */
void zeek_tsv_lines(
    struct view header, struct view lines, const struct line_meta *meta, struct batch *b);

/* The time of one TSV line, INT64_MIN without one. */
int64_t zeek_tsv_time(struct view header, struct view line);
