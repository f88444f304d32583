/* SPDX-License-Identifier: ISC
 *
 * The agent's events as newline JSON (docs/run.md). Strings of malloc() that end in '\n'. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "agent/inbox.h"
#include "agent/sighting.h"

struct run_line {
	char host[256];
	char boot_id[40];
	bool redact;
	/* What most lines share, as it stands in them: made once for each process that sends. */
	char *origin, *process;
	uint32_t process_serial;
};

void run_line_init(struct run_line *l, bool redact);
void run_line_done(struct run_line *l);

/* The beginning of a stream, and its end. token: "" for none. */
char *run_line_start(const struct run_line *l, const char *token, char *const argv[]);
struct run_counts {
	uint64_t queries, answers, names, joined, blocked, lines_lost;
	uint64_t blind[BLIND_COUNT];
	uint32_t processes;
	int status; /* of wait() */
};
char *run_line_end(const struct run_line *l, const struct run_counts *c);

/* A DNS message of a process (who may be NULL). */
char *run_line_message(struct run_line *l, const struct sighting *r, const uint8_t *message,
    const struct process *who);
/* A name that only the resolver library was asked for. */
char *run_line_name(
    const struct run_line *l, const struct inbox_report *r, const struct process *who);

/* A pair reached the threshold. */
char *run_line_alert(const struct run_line *l, const char *verdict, unsigned score,
    const char *zone, uint64_t bytes, const struct process *who);

/* Something to know about the agent itself. */
char *run_line_note(const struct run_line *l, const char *text);

/* Stable names. */
const char *run_line_blind(enum blind b);
