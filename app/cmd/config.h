/* SPDX-License-Identifier: ISC
 *
 * dnshound.yaml, and everything in it. One table (config_keys.c) says of every key its type, its
 * default, its bounds and what it means; from it come the parser, `dnshound config` and the manual
 * page dnshound.conf(5). */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "app/alert/sink.h"
#include "app/capture/detect.h"
#include "app/cmd/options.h"

enum source_kind {
	SOURCE_INTERFACE,
	SOURCE_DNSTAP,
	SOURCE_FOLLOW,
	SOURCE_FOLDER,
	SOURCE_LISTEN,
	SOURCE_KINDS
};

/* One line of sources. Texts that were not given are "". */
struct config_source {
	enum source_kind kind;
	const char *address; /* the interface, socket, file or folder that its kind names */
	const char *name, *filter;
	bool promiscuous;
	uint32_t threads, site;
	uint64_t buffer, max_line;
	uint32_t format; /* enum capture_format, or a preset: inputs.h */
	uint32_t max_connections, idle_s;
	const char *token_file, *token_environment;
	const char *certificate, *key, *clients_ca;
	uint32_t socket_mode;
	unsigned line, column; /* where it stands */
};

enum { CONFIG_SOURCES_MAX = 64 };

/* Stopping by itself what was found. Commands are NULL when not given. */
struct config_block {
	bool dry_run;
	const char *zone_file, *pairs_file; /* "": none */
	const char *const *zone_reload, *const *pairs_reload, *const *isolate;
	uint32_t min_severity, min_confidence; /* enum dh_severity; enum dh_confidence - 1 */
	uint32_t expire_s, max_entries, max_clients;
	struct option_list never;
	const char *popular; /* file; "": none */
};

enum log_level { LOG_LEVEL_ERROR, LOG_LEVEL_WARNING, LOG_LEVEL_INFO, LOG_LEVEL_DEBUG };

struct config {
	const char *user, *state, *sensor, *tz;
	uint64_t memory;
	uint32_t threads, log_level;

	const char *psl, *services, *scorecard, *baseline;
	struct option_list site_zones, resolvers, internal, allow;
	uint32_t threshold, horizon_s, tick_s;

	uint32_t quiet_s, update_s, max_open;
	const char *store;
	uint32_t store_days;
	uint64_t store_bytes;
	const char *metrics;
	struct config_block block;
	const char *page, *page_token_file;

	struct config_source sources[CONFIG_SOURCES_MAX];
	unsigned n_sources;
	struct sink_config sinks[SINKS_MAX];
	unsigned n_sinks;

	/* What the texts lie in. */
	char **texts;
	unsigned n_texts, room_texts;
};

/* Called for each thing that is wrong, with a place in the file (line 0: none). */
typedef void config_tell_fn(void *ctx, unsigned line, unsigned column, const char *text);

/* All that is wrong is told, not only the first. True when nothing is; only then config_free() is
 * due. */
bool config_read(struct config *ret_config, const char *path, config_tell_fn *tell, void *ctx);
/* The defaults alone. */
bool config_default(struct config *ret_config);
/* One source, one sink as far as the defaults say. */
void config_default_source(struct config_source *ret, enum source_kind kind);
void config_default_sink(struct sink_config *ret);
void config_free(struct config *c);

/* "unix:/path", "127.0.0.1:9999", "[::1]:9999": false when it is none of these. */
bool config_is_address(const char *text);

/* Print the file that would say the same, with the table's texts as comments. */
void config_print(const struct config *c);
/* The manual page dnshound.conf(5) as scdoc(5) wants it. */
void config_print_man(void);
