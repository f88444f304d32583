/* SPDX-License-Identifier: ISC
 *
 * Alerts on disk, in SQLite: the journal of app/alert, and what `dnshound alerts` asks. Written in
 * WAL mode without waiting for the disk: a killed process loses nothing that was written, a power
 * cut may lose the last seconds, neither leaves a damaged file. Several processes may have it open.
 *
 * The schema has a version (PRAGMA user_version); an older file is brought up to date when it is
 * opened for writing, a newer one is refused. */
#pragma once

#include <stdbool.h>

#include "app/alert/journal.h"

struct store_limits {
	uint32_t days;       /* closed alerts, events and pairs older than that go: 90 */
	uint64_t bytes;      /* the file is kept below: 256 MiB */
	uint32_t events_max; /* events kept for sinks that lag behind: 100000 */
	uint32_t pairs_max;  /* pairs of interest: 5000 */
};

void store_defaults(struct store_limits *limits);

struct store;

enum store_mode { STORE_READ, STORE_WRITE, STORE_CREATE };

/* Zero or a negative errno, with a sentence for people in `why`: -ENOENT without a file,
 * -EPROTO for a file of a newer version, -EBADMSG for one that is damaged or no store. */
int store_open(struct store **ret, const char *path, enum store_mode mode,
    const struct store_limits *limits, char *why, size_t why_size);
void store_close(struct store *s);

/* Lasts as long as s. */
const struct journal *store_journal(struct store *s);

/* Which alerts are listed, newest first; zeroes and NULL ask for all. */
struct store_query {
	bool open_only;
	uint32_t min_severity;
	const char *client, *zone; /* as they stand in the alert */
	const char *id;            /* of the alert or its finding, or how one begins */
	int64_t since_ns;          /* last seen at or after */
	uint32_t limit;            /* 0: all */
};

typedef void store_alert_fn(void *arg, const struct journal_alert *a);
int store_alerts(struct store *s, const struct store_query *q, store_alert_fn *take, void *arg);
int store_minutes(struct store *s, const char *alert,
    void (*take)(void *arg, const struct journal_minute *m), void *arg);
/* What all alerts leaked in each minute from `from` on (minutes since the epoch); alert is "". */
int store_leak(struct store *s, int64_t from,
    void (*take)(void *arg, const struct journal_minute *m), void *arg);
int store_events(struct store *s, const char *alert,
    void (*take)(void *arg, const struct journal_event *e), void *arg);
int store_pairs(struct store *s, void (*take)(void *arg, const struct journal_pair *p), void *arg);

/* A mute needs a reason; *ret_number names it. -EINVAL without reason or without anything to
 * match. */
int store_mute(struct store *s, const struct journal_mute *m, uint64_t *ret_number);
/* -ENOENT when there is none of that number. */
int store_unmute(struct store *s, uint64_t number);
/* All that hold at now_ns; those that ended too when it is INT64_MIN. */
int store_mutes(struct store *s, int64_t now_ns,
    void (*take)(void *arg, const struct journal_mute *m), void *arg);

/* Blocks: one of each kind for a zone or a pair; another takes its place. -EINVAL without a reason,
 * or without anything to block. */
int store_block(struct store *s, const struct journal_block *b, uint64_t *ret_number);
/* -ENOENT when there is none of that number. */
int store_unblock(struct store *s, uint64_t number);
/* All that hold at now_ns, in the order of their numbers. */
int store_blocks(struct store *s, int64_t now_ns,
    void (*take)(void *arg, const struct journal_block *b), void *arg);
