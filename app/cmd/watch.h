/* SPDX-License-Identifier: ISC
 *
 * The daemon is three processes:
 *
 *     parent   opens interfaces, sockets and files, and nothing else; starts the other two again
 *     worker   reads, decodes, judges; may not open, connect, or run anything (confine.h)
 *     herald   keeps alerts and tells them; sees findings only, each checked (wire.h)
 *
 * What the worker reads was written by whoever attacks; what it can do when it was taken over is
 * to tell lies about DNS. */
#pragma once

#include "app/capture/live.h"
#include "app/capture/tls.h"
#include "app/cmd/config.h"
#include "app/cmd/session.h"
#include "app/cmd/state.h"
#include "app/cmd/watch_shared.h"

/* A source as the parent opened it. */
struct watch_source {
	struct live *rings[16]; /* of an interface: one for each thread */
	bool is_gone;           /* an interface that was not there the last time */
	int listen_fd;          /* of a socket: -1 otherwise */
	struct tls_server *tls;
	char token[256]; /* "": everybody may speak */
};

/* What a command wants of the daemon. */
struct watch_setup {
	const char *path; /* of the configuration, or what stands for it in messages */
	/* Makes the configuration; false after telling what is wrong. */
	bool (*configure)(const struct watch_setup *s, struct config *ret);
	const char *address, *channel; /* of listen */
	const char *token_file, *token_variable, *tz;
	const char *api, *ca_file; /* of Slack; NULL: its own, the system's authorities */
	uint32_t format;           /* of what listen takes: inputs.h */
	bool once;
	bool as_text; /* findings for people on standard output, instead of JSON */
};

struct watch {
	const struct watch_setup *setup;
	const char *path;
	struct config config;
	struct options options;
	struct session session;
	char sensor[256];
	struct watch_source sources[CONFIG_SOURCES_MAX];
	struct watch_shared *shared;
	struct state *state; /* NULL: nothing is remembered */
	int metrics;         /* listening socket; -1: none */
	int page;            /* the same */
	char page_token[257];
	int broker; /* the worker's end of the socket to its parent */
	int stop;   /* readable: the worker ends */
	int hooks;  /* the herald's end of the socket to its parent: hooks.h */
	int report; /* the worker's end of the socket to the herald, or the herald's */
};

/* Exit status of a worker whose source went away: open everything anew. */
enum { WORKER_REOPEN = 75 };

/* The daemon, from its start to its end: the exit status. */
int watch_run(const struct watch_setup *setup);

/* Tables for judging, as the configuration wants them. False after telling what is wrong. */
bool watch_session(struct watch *w);

/* Open all sources. Listening sockets of `old` (may be NULL) with the same address are taken over.
 * False after telling what is wrong; then nothing was taken. */
bool watch_open(struct watch *w, struct watch *old);
void watch_close(struct watch *w);
/* The interfaces again, as far as they are there: a ring is read by one process only. How many are
 * not; told once. */
unsigned watch_reopen(struct watch *w);
/* Whether one that was not there is back. */
bool watch_is_back(struct watch *w);
void watch_close_rings(struct watch *w);

/* What the worker does, from its first moment to its end: the exit status. */
int watch_worker(struct watch *w);
/* The same for the herald. */
int watch_herald(struct watch *w);

struct metrics;
/* The page of metrics, without those of alerts. */
void watch_metrics(struct metrics *m, const struct watch *w);
