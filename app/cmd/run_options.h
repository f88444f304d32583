/* SPDX-License-Identifier: ISC
 *
 * What `dnshound run` is told: its own options, then the application's command line, which is not
 * looked into. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/cmd/options.h"

enum { RUN_PORTS = 8 };

struct run_options {
	bool json, verdict, block, redact, all_writes, answers, wait, quiet, help;
	bool no_preload, no_supervisor, no_sync;
	const char *to;     /* HOST:PORT or unix:PATH; NULL: judged here */
	const char *output; /* file for what would go to standard error */
	const char *token_file, *userconfig, *preload;
	char token[256];
	char to_text[512]; /* holds `to` when a configuration file gave it */
	uint16_t ports[RUN_PORTS];
	unsigned n_ports;
	struct options engine; /* of the local judge */
	char **app;            /* NULL-terminated */
};

/* False after telling what is wrong. */
bool run_options_parse(struct run_options *o, int argc, char **argv);
void run_options_help(void);
