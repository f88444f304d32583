/* SPDX-License-Identifier: ISC
 *
 * The thread that writes the journal. What is to be kept goes through a list of fixed length; when
 * it is full the caller is told so and asks again later, it never waits. Each batch is one
 * transaction, tried again until it succeeds; only then do the sinks hear of it. */
#pragma once

#include <stdbool.h>

#include "app/alert/event.h"

enum { KEEPER_CHANGES = 512, KEEPER_MUTES = 1024, KEEPER_TOOL_MAX = 64 };

enum change_kind {
	CHANGE_FIGURES, /* the alert's row */
	CHANGE_EVENT,   /* the row, and an event with a document */
	CHANGE_CLOSED,  /* the row, and an event made of its last document */
	CHANGE_PAIR     /* a pair of interest */
};

/* Something to be kept. The keeper copies alert and pair; it takes over document. */
struct change {
	enum change_kind kind;
	struct journal_alert alert;   /* not CHANGE_PAIR */
	struct journal_minute minute; /* of the alert; nothing to add where all is 0 */
	struct journal_pair pair;     /* CHANGE_PAIR */
	char *document;               /* CHANGE_EVENT; of malloc() */
	uint32_t number;              /* of the event */
	int64_t time_ns;
};

struct keeper;

struct keeper_config {
	const struct journal *journal;
	void (*written)(void *ctx); /* events were written */
	void *written_ctx;
	void (*log)(void *ctx, const char *text);
	void *log_ctx;
};

/* Zero or a negative errno. */
int keeper_start(struct keeper **ret, const struct keeper_config *c);
/* Waits until everything is written, at most wait_ms. */
void keeper_stop(struct keeper *k, unsigned wait_ms);

/* Room for so many more changes, now. */
unsigned keeper_room(struct keeper *k);
/* False when there is no room: nothing was taken over. */
bool keeper_put(struct keeper *k, const struct change *c);

/* Whether a mute fits. now_ns is also what retention goes by. */
bool keeper_is_muted(
    struct keeper *k, const char *finding, const char *client, const char *zone, int64_t now_ns);

/* Failed attempts to write. */
uint64_t keeper_errors(struct keeper *k);
