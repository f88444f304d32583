/* SPDX-License-Identifier: ISC
 *
 * The table of configuration keys. */
#pragma once

#include "app/cmd/config.h"

enum config_type {
	CONFIG_BOOL,   /* bool */
	CONFIG_NUMBER, /* uint32_t */
	CONFIG_OCTAL,  /* uint32_t */
	CONFIG_BYTES,  /* uint64_t; 16M */
	CONFIG_TIME,   /* uint32_t, seconds; 90, 10m, 6h, 7d */
	CONFIG_WORD,   /* uint32_t, index in words */
	CONFIG_TEXT,   /* const char * */
	CONFIG_TEXTS,  /* struct option_list */
	CONFIG_ARGV    /* const char *const *, NULL-terminated; NULL when not given */
};

struct config_key {
	const char *name;
	enum config_type type;
	size_t at;            /* in the struct of its section */
	const char *standard; /* as it would stand in the file; "" or NULL: nothing */
	uint64_t min, max;
	const char *const *words; /* NULL-terminated */
	unsigned kinds;           /* of a source: a bit for each that takes it; 0: all */
	const char *doc;
};

struct config_section {
	const char *name; /* "" for keys at the top */
	const char *doc;
	const struct config_key *keys;
	unsigned n_keys;
	/* A list of maps: where it lies in struct config, the size of an element, how many. */
	size_t at, size, at_count;
	unsigned max; /* 0: one map, whose keys are members of struct config */
};

enum {
	SECTION_TOP,
	SECTION_SITE,
	SECTION_JUDGE,
	SECTION_ALERTS,
	SECTION_STORE,
	SECTION_METRICS,
	SECTION_BLOCK,
	SECTION_PAGE,
	SECTION_SOURCES,
	SECTION_SINKS,
	SECTIONS
};
extern const struct config_section config_sections[SECTIONS];

/* The keys that say what kind of source it is, in the order of enum source_kind. */
extern const char *const config_source_kinds[SOURCE_KINDS + 1];
