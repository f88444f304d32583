/* SPDX-License-Identifier: ISC
 *
 * A signal is one question about a subject, answered by one integer; the scorecard turns answers
 * into points. Each signal is explained in docs/detection.md under its name. */
#pragma once

#include "lib/track/features.h"
#include "lib/track/services.h"

enum signal {
#define SIGNAL_LIST(X)                                                                           \
	X(LEAK_UP, leak_up)         /* percent of the budget, worst scale */                     \
	X(LEAK_DOWN, leak_down)     /* the same for answers */                                   \
	X(OPAQUE_DOWN, opaque_down) /* percent of the budget for opaque answers */               \
	X(BOUND_UP, bound_up)  /* percent of its budget: order, types, gaps of repeated names */ \
	X(RAW, raw_bytes)      /* bytes on DNS ports that are no DNS */                          \
	X(NAMES, new_names)    /* how many names the verdict stands on */                        \
	X(LENGTH, name_length) /* mean length of the subdomain */                                \
	X(DENSITY, bits_per_character)    /* 1/100 bit */                                        \
	X(ENCODED, encoded_labels)        /* permille of names, longest label mixes in digits */ \
	X(LONG_LABEL, long_labels)        /* permille of names with a label of 25 or more */     \
	X(NON_ASCII, non_ascii)           /* permille of names with bytes of 128 or more */      \
	X(UNIQUE, unique_ratio)           /* permille of queries that ask a new name */          \
	X(OPAQUE_TYPES, opaque_types)     /* permille of queries for TXT, NULL, CNAME ... */     \
	X(OPAQUE_ANSWERS, opaque_answers) /* permille of responses with new opaque data */       \
	X(NXDOMAIN, nxdomain)             /* permille of responses */                            \
	X(PREVALENCE, prevalence)         /* clients that share the zone's leak */               \
	X(TEMPO, gap_spread)              /* permille: how irregular the gaps of queries are */  \
	X(DIGESTS, digest_labels)         /* permille of names with a digest as a label */       \
	X(ZONE_CLIENTS, zone_clients)     /* about how many ask for the zone */                  \
	X(DAYS, days)                     /* that brought new names to a zone of one or two */   \
	X(ZONE_KIND, zone_kind)           /* 1 registered, 2 site, 3 special, 4 reverse, 5 none, \
	                                   * 6 reverse, of a client that asks in few of them */  \
	X(EXTRA, extra_bytes)             /* data beside question and answers */                 \
	X(CONCENTRATION, concentration)   /* client: permille told to the largest zone */        \
	X(NAMES_PER_ZONE, names_per_zone) /* client: mean over the rare zones it told any */     \
	X(UNLIKE_SITE, unlike_site)       /* permille, of the learned isolation forest */        \
	X(KNOWN_ZONE, known_zone)         /* percent of what a pair of the learned zone leaks */ \
	X(SERVICE, service)               /* enum service_state, of a declared service */        \
	X(TOOL, tool)                     /* enum confidence of the tool it was recognised as */
#define X(id, name) SIGNAL_##id,
	SIGNAL_LIST(X)
#undef X
	    SIGNAL_COUNT
};

/* Whether a pair of a declared service keeps what the catalogue says of it. */
enum service_state {
	SERVICE_NONE,
	SERVICE_KEPT,
	SERVICE_OTHER_SHAPE,     /* names without the shape carry as much as a finding's */
	SERVICE_OTHER_DIRECTION, /* more came in than went out, or the reverse */
	SERVICE_OTHER_AMOUNT,    /* ten times the ordinary */
};

/* Leak allowed to an ordinary subject, bytes, for each scale. */
struct budgets {
	uint32_t up[SCALES], down[SCALES], opaque, bound;
	/* What a baseline says of this subject (baseline.h); 0 without one. */
	uint32_t unlike_permille;                    /* 0: no forest */
	uint32_t zone_clients;                       /* that taught the zone; 0: not known */
	uint32_t zone_up[SCALES], zone_down[SCALES]; /* of its ordinary pairs, bytes */
};

/* From the largest ordinary pairs of open logs: docs/detection.md. */
#define BUDGETS_DEFAULT    \
	((struct budgets){ \
	    .up = {500, 600, 700}, .down = {800, 1200, 1600}, .opaque = 600, .bound = 3072})

/* The stable name of a signal, as in reasons and in the scorecard. */
const char *signal_name(enum signal s);

/* The answer for a subject; false where the question makes no sense for it. */
bool signal_value(
    enum signal s, const struct features *f, const struct budgets *b, int64_t *ret_value);

/* One sentence for a person: what was seen, and what would be ordinary. */
void signal_text(
    enum signal s, const struct features *f, const struct budgets *b, char *buf, size_t size);

/* How much more than an ordinary pair a subject may leak, in eighths of the budget. */
uint32_t signal_allowance_eighths(const struct features *f);

/* The scale, 0..SCALES-1, at which the leak is largest against its budget. */
int signal_worst_scale(const uint32_t leak[SCALES], const uint32_t budget[SCALES]);
