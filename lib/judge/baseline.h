/* SPDX-License-Identifier: ISC
 *
 * What is ordinary at one site, learned from its own past by `dnshound learn`: zones that several
 * clients ask for, with the leak of their ordinary pair; budgets; an isolation forest over its
 * pairs. docs/learning.md has the format, line by line.
 *
 * A text of lines with tabs between their fields, the last of which is a sum over all others. The
 * sum finds damage; it is no signature: whoever may write the file decides what is ordinary.
 *
 * Frequency: read once; one look-up and one walk of the forest at each judgement. */
#pragma once

#include "lib/base/hash.h"
#include "lib/judge/forest.h"
#include "lib/judge/signal.h"

enum { BASELINE_VERSION = 1, BASELINE_ZONES_MAX = 24576 };
#define BASELINE_HEADER "dnshound-baseline\t1"

struct baseline_zone {
	uint64_t hash;    /* under the key of the run that reads it */
	struct view name; /* into the text */
	uint32_t clients; /* that taught it */
	uint32_t days;    /* on which it was asked for */
	uint32_t prevalence_permille, mean_sub_len, opaque_permille;
	uint32_t total;                                  /* told to it by all, slowest scale */
	uint32_t median_up[SCALES], median_down[SCALES]; /* peaks of a pair, bytes */
	uint32_t high_up[SCALES], high_down[SCALES];     /* that two clients at least reached */
};

struct baseline_site {
	uint32_t from_s, until_s; /* first and last event */
	uint32_t clients, pairs;  /* that taught */
	uint32_t left_out;        /* clients with findings, who did not */
	uint32_t min_clients;
};

enum baseline_error {
#define BASELINE_ERROR_LIST(X)                                            \
	X(NONE, "no error")                                               \
	X(HEADER_WRONG, "this is no baseline, or one of another version") \
	X(SUM, "the file is damaged: its sum is another")                 \
	X(KIND, "a line is one of site, budgets, zone and tree")          \
	X(FIELDS, "a line has another number of fields")                  \
	X(NUMBER, "a field is no number, or one that is out of range")    \
	X(NAME, "the zone is no lower-case domain name, or was before")   \
	X(TREE, "the tree is not whole, or there are too many")           \
	X(LONG, "there are more zones than a baseline may have")
#define X(name, text) BASELINE_##name,
	BASELINE_ERROR_LIST(X)
#undef X
	    BASELINE_ERRORS
};

struct baseline {
	struct baseline_site site;
	struct budgets budgets;
	bool has_budgets;
	struct forest forest;
	struct baseline_zone *zones; /* in the order of the file */
	uint32_t n_zones;
	uint32_t *slots; /* number + 1 of a zone, by hash; 0 = free */
	uint32_t slot_mask;
};

/* Bytes that a baseline of this text takes, the text itself not counted. */
size_t baseline_size(struct view text);

/* Load into mem: baseline_size(text) bytes, 8-byte aligned, kept by the caller, as is the text.
 * Zones get their hashes under key, the engine's. On the first bad line nothing is loaded: the
 * reason is returned and *ret_line set to its number, from 1. */
enum baseline_error baseline_load(void *mem, struct view text, const struct hash_key *key,
    const struct baseline **ret, uint32_t *ret_line);
const char *baseline_error_text(enum baseline_error error);

/* The last line's number, for a text that ends before it. */
uint64_t baseline_sum(struct view text);

/* The zone, or NULL. */
const struct baseline_zone *baseline_zone_find(const struct baseline *b, uint64_t zone_hash);

/* What the forest knows of a pair. */
void baseline_point(const struct features *f, uint32_t ret[FOREST_FEATURES]);

/* The budgets of a subject, and what is ordinary for it: `base` where there is no baseline.
 * The site's budgets hold within half and twice `base`. */
struct budgets baseline_budgets(
    const struct baseline *b, const struct budgets *base, const struct features *f);
