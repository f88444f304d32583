/* SPDX-License-Identifier: ISC
 *
 * The options that scan, hunt and their like share: one table for parsing and for help. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/capture/detect.h"

enum { OPTIONS_LIST_MAX = 64 };

/* Repeated options: --client A --client B. */
struct option_list {
	const char *at[OPTIONS_LIST_MAX];
	unsigned n;
};

struct options {
	bool json, csv;
	bool help;
	unsigned threshold; /* score */
	unsigned top;       /* rows shown, 0 = all */
	unsigned jobs;      /* workers, 0 = one per core */
	unsigned min_clients, alerts_per_week;
	const char *psl, *services, *profile, *scorecard;
	const char *since, *until;
	int64_t not_before_ns;    /* beside since; set by hunt --window, 0 = none */
	uint64_t seed, seed_more; /* key of the hash tables; 0: that of every run */
	uint64_t memory;
	uint32_t format; /* enum capture_format, or a preset: inputs.h */
	const char *tz;
	struct option_list clients, zones, site_zones, allow, resolvers, internal;
	const char *sort, *where, *columns, *window, *by, *compare;
	const char *output;                          /* of carve and learn */
	const char *tool, *password, *password_file; /* of carve */
	uint64_t max_bytes;
	bool force;
	const char *baseline, *show, *input;
	const char *html; /* of scan: where the report goes */
	const char *const *inputs;
	unsigned n_inputs;
};

/* Which of the options a command takes, as bits of enum option_use. */
enum option_use {
	USE_INPUT = 1,
	USE_FINDINGS = 2,
	USE_HUNT = 4,
	USE_EXPLAIN = 8,
	USE_CARVE = 16,
	USE_LEARN = 32,
	USE_SCAN = 64
};

/* Fill in defaults, then the command line. False after telling what is wrong. */
bool options_parse(struct options *o, unsigned uses, int argc, char **argv);

/* Whether an input was named; else that is told. */
bool options_has_input(const struct options *o, const char *command);

/* Print the lines of the options that a command takes. */
void options_help(unsigned uses);
