/* SPDX-License-Identifier: ISC
 *
 * Rules for other people's tools, made from findings, or from what is known of a tunnel tool. Names
 * of findings were chosen by whoever is to be stopped: none of their bytes is syntax in any format,
 * and a name that a format cannot hold is left out and told of.
 *
 * What detects is made of every finding, with its severity. What blocks is made of findings of
 * medium severity and above only, never of what the site allows or of declared services, never of a
 * public suffix, and pairs of addresses never name a resolver of the site. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "include/dnshound.h"

enum rules_format {
	RULES_SURICATA,
	RULES_SIGMA,
	RULES_KQL,
	RULES_SPL,
	RULES_RPZ,
	RULES_UNBOUND,
	RULES_DNSMASQ,
	RULES_HOSTS,
	RULES_NFT,
	RULES_FORMATS
};

/* The word of the command line; RULES_FORMATS when there is none such. */
enum rules_format rules_format_parse(const char *word);
const char *rules_format_text(enum rules_format format);
/* Whether it blocks, by name or address, rather than detects. */
bool rules_format_blocks(enum rules_format format);

struct rules_options {
	enum dh_severity min_severity;
	int64_t now_ns;               /* for the serial of a zone and the date of a rule */
	uint32_t expire_s;            /* of pairs of addresses */
	const char *const *resolvers; /* addresses that are never a pair's server */
	unsigned n_resolvers;
	/* Whether a name in wire form is a public suffix; NULL: nobody knows. */
	bool (*is_suffix)(void *ctx, const uint8_t *wire, size_t len);
	/* Told of each finding that became no rule; name is printable. */
	void (*left_out)(void *ctx, const char *name, const char *why);
	void *ctx;
};

struct rules;

/* NULL when there is no memory. */
struct rules *rules_new(void);
void rules_free(struct rules *r);

enum rules_taken {
	RULES_TAKEN,
	RULES_OTHER, /* JSON, but no finding: a summary */
	RULES_BAD    /* no JSON object */
};

/* A line of `scan --json`, of an alert sink, or of `alerts --json`. */
enum rules_taken rules_take(struct rules *r, const char *line);

/* How many rules were written. */
unsigned rules_write(
    struct rules *r, enum rules_format format, const struct rules_options *o, FILE *to);

/* Rules for a tool's traits, whatever the zone; zero when the format cannot say them. NULL of the
 * tools' names ends the list. */
unsigned rules_write_tool(
    const char *tool, enum rules_format format, const struct rules_options *o, FILE *to);
const char *rules_tool_at(unsigned i);
