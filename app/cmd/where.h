/* SPDX-License-Identifier: ISC
 *
 * Conditions over the figures of a finding: what `hunt --where` takes.
 *
 *     unique_names > 10 and avg_name_length > 40
 *     (bytes_up >= 4KiB or score >= 50) and not zone = "example.com"
 *     qtypes contains TXT and severity >= medium and first_seen > 2026-01-02
 *
 *     condition  = term { "or" term }
 *     term       = factor { "and" factor }
 *     factor     = "not" factor | "(" condition ")" | COLUMN operator value
 *     operator   = "=" | "!=" | "<" | "<=" | ">" | ">=" | "contains" | "startswith"
 *     value      = a word, or anything between " or '
 *
 * Numbers take K and M (1000 and 1000000), KiB, MiB and GiB. Text is compared without regard to
 * the case of ASCII letters, only by =, !=, contains and startswith. A figure that a finding does
 * not have makes its comparison false. */
#pragma once

#include "app/alert/columns.h"

enum { WHERE_NODES = 64, WHERE_STRINGS = 2048, WHERE_DEPTH = 32 };

struct where_node {
	uint8_t op; /* private */
	const struct column *column;
	int64_t number;
	const char *text;
};

/* The condition in postfix order. */
struct where {
	struct where_node nodes[WHERE_NODES];
	unsigned n;
	char strings[WHERE_STRINGS];
	size_t strings_used;
};

struct where_error {
	size_t at; /* offset in the expression */
	char text[200];
};

/* False, with the place and the reason in *ret_error, when it is no condition. */
bool where_parse(struct where *w, const char *expression, struct where_error *ret_error);

bool where_matches(const struct where *w, const struct dh_finding *f);
