/* SPDX-License-Identifier: ISC
 *
 * What alerts need of the store, which implements it (app/serve/store.h). The journal is the truth
 * about alerts: an event (opened, updated, closed) is in it before any sink hears of it, and each
 * sink has its place in it, so that a crash loses nothing and a receiver can tell what it has seen.
 *
 * All functions may be called from several threads and return zero or a negative errno. Strings
 * that they hand out last until the function they are handed to returns. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { JOURNAL_ID_MAX = 48, JOURNAL_NOTE_MAX = 128 };

/* An alert as it stands. */
struct journal_alert {
	const char *id;      /* <finding's id>-<opening time, seconds in hexadecimal> */
	const char *finding; /* its finding's id */
	const char *client, *zone, *verdict, *severity;
	const char *tool;     /* NULL: not known */
	const char *document; /* its last event as JSON; NULL: as it was */
	int64_t opened_ns, updated_ns, last_seen_ns;
	int64_t closed_ns; /* 0: open */
	int64_t told_ns;   /* of its last event */
	uint64_t bytes_up, bytes_down, queries;
	uint64_t told_bytes; /* leak at its last event */
	uint32_t score, severity_rank;
	uint32_t events; /* told so far; 0 while it is muted from the start */
	uint32_t quiet_s;
	uint32_t muted;
};

/* What sinks are told of an alert. */
struct journal_event {
	uint64_t seq;   /* ascending, from the journal */
	const char *id; /* <alert's id>-<number>: the idempotency key */
	const char *alert;
	const char *document;
	uint32_t severity_rank;
	int64_t time_ns;
};

/* What an alert leaked in one minute. */
struct journal_minute {
	const char *alert;
	int64_t minute; /* since the epoch */
	uint64_t bytes_up, bytes_down, queries;
};

/* A pair below the threshold that is worth a look. */
struct journal_pair {
	const char *finding, *client, *zone, *verdict;
	const char *tool; /* NULL: not known */
	uint32_t score;
	int64_t first_ns, last_ns;
	uint64_t bytes_up, bytes_down, queries;
};

/* Findings that nobody wants to hear of: those that fit everything that is not "". */
struct journal_mute {
	uint64_t number;
	const char *finding, *client;
	const char *zone; /* and what lies below it */
	const char *reason;
	int64_t created_ns;
	int64_t until_ns; /* 0: until it is taken back */
};

/* What is stopped, or must not be. */
enum journal_block_kind {
	JOURNAL_BLOCK_ZONE,  /* zone and what lies below it, at the resolver */
	JOURNAL_BLOCK_PAIR,  /* what client sends to server, at the packet filter */
	JOURNAL_BLOCK_NEVER, /* zone, or pair: somebody took the block back; not by itself again */
	JOURNAL_BLOCK_WOULD, /* zone, or pair: in a dry run */
};

struct journal_block {
	uint64_t number;
	uint32_t kind;
	const char *zone, *client, *server; /* "" where there is none; zone as names print */
	const char *reason, *by;
	int64_t created_ns, until_ns; /* of the clock; until 0: until it is taken back */
};

struct journal {
	void *ctx;
	/* Around what one thread writes: all of it is kept, or nothing. */
	int (*begin)(void *ctx);
	int (*end)(void *ctx, int error); /* rolls back when error is not zero */

	int (*put_alert)(void *ctx, const struct journal_alert *a);
	int (*put_event)(void *ctx, const struct journal_event *e);
	int (*put_minute)(void *ctx, const struct journal_minute *m); /* adds to what is there */
	int (*put_pair)(void *ctx, const struct journal_pair *p);

	int (*each_open)(
	    void *ctx, void (*take)(void *arg, const struct journal_alert *a), void *arg);
	int (*get_alert)(void *ctx, const char *id,
	    void (*take)(void *arg, const struct journal_alert *a), void *arg);
	/* Mutes that hold at now_ns. The version changes whenever any process changed them. */
	int (*each_mute)(void *ctx, int64_t now_ns,
	    void (*take)(void *arg, const struct journal_mute *m), void *arg);
	uint64_t (*version)(void *ctx);

	/* Up to n events behind `after`. *ret_gone counts those that retention took away before
	 * they were asked for. */
	int (*each_event)(void *ctx, uint64_t after, unsigned n,
	    void (*take)(void *arg, const struct journal_event *e), void *arg, uint64_t *ret_gone);
	/* How many lie behind `after`, and the time of the first of them. */
	int (*count_events)(void *ctx, uint64_t after, uint64_t *ret_n, int64_t *ret_first_ns);
	/* A sink's place; a new sink starts at the end. digest_to: the last event of a digest that
	 * it has begun to send, 0: none. */
	int (*get_place)(void *ctx, const char *sink, uint64_t *ret_seq, uint64_t *ret_digest_to);
	int (*set_place)(void *ctx, const char *sink, uint64_t seq, uint64_t digest_to);
	/* What a sink remembers of an alert (Slack: the message that began the thread); "" when
	 * there is nothing. */
	int (*get_note)(void *ctx, const char *sink, const char *alert, char buf[JOURNAL_NOTE_MAX]);
	int (*set_note)(void *ctx, const char *sink, const char *alert, const char *note);

	/* Throw away what is too old or too much. */
	int (*trim)(void *ctx, int64_t now_ns);
};
