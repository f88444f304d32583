/* SPDX-License-Identifier: ISC
 *
 * What alerts need of the store: the journal is the truth about alerts. An event (opened, updated,
 * closed) is in it before any sink hears of it, and each sink has its place in it, so that after a
 * crash nothing is lost and a receiver can tell what it has seen. app/cmd joins this with
 * app/serve/store.h. All functions may be called from several threads; they return zero or a
 * negative errno. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* An alert as it is kept. */
struct journal_alert {
	const char *id;      /* <finding id>-<opening time in seconds, hexadecimal> */
	const char *finding; /* its finding's id */
	const char *client, *zone, *verdict, *severity, *tool;  /* tool may be NULL */
	const char *document;                                   /* the last event as JSON */
	int64_t opened_ns, updated_ns, closed_ns, last_seen_ns; /* closed 0: open */
	uint64_t bytes_up, bytes_down, queries;
	uint64_t told_bytes;    /* leak when it was last told */
	uint32_t score, events; /* told so far */
	uint32_t severity_rank;
	uint32_t quiet_s;
	bool muted;
};

/* An event on its way to the sinks. */
struct journal_event {
	uint64_t seq;   /* ascending; 0 when it is not written yet */
	const char *id; /* <alert id>-<number>: the idempotency key */
	const char *alert;
	const char *document;
	uint32_t severity_rank;
	int64_t time_ns;
	bool muted;
};

/* What an alert leaked in one minute. */
struct journal_minute {
	const char *alert;
	int64_t minute; /* since the epoch */
	uint64_t bytes_up, bytes_down, queries;
};

/* A pair that is looked at, below the threshold. */
struct journal_pair {
	const char *finding, *client, *zone, *verdict, *tool;
	uint32_t score;
	int64_t first_ns, last_ns;
	uint64_t bytes_up, bytes_down, queries;
};

/* Findings that nobody wants to hear of. Empty strings match everything. */
struct journal_mute {
	char finding[17];
	char client[46];
	char zone[1026];  /* and what is below it */
	int64_t until_ns; /* 0: until it is taken back */
};

struct journal {
	void *ctx;
	/* One transaction around what one thread writes. */
	int (*begin)(void *ctx);
	int (*commit)(void *ctx);
	int (*put_alert)(void *ctx, const struct journal_alert *a);
	int (*put_event)(void *ctx, const struct journal_event *e);
	int (*put_minute)(void *ctx, const struct journal_minute *m);
	int (*put_pair)(void *ctx, const struct journal_pair *p);
	/* Alerts that are open, or were closed since; newest first. */
	int (*each_alert)(void *ctx, int64_t closed_since_ns,
	    void (*take)(void *arg, const struct journal_alert *a), void *arg);
	int (*each_mute)(
	    void *ctx, void (*take)(void *arg, const struct journal_mute *m), void *arg);
	/* Changes whenever a mute was added or taken back, by any process. */
	uint64_t (*mutes_version)(void *ctx);
	/* Up to n events behind `after`, in order; *ret_left_out counts those that retention took
	 * away before they were asked for. */
	int (*each_event)(void *ctx, uint64_t after, unsigned n,
	    void (*take)(void *arg, const struct journal_event *e), void *arg,
	    uint64_t *ret_left_out);
	/* A sink's place, 0 at first, and the end of a digest that it has begun to send (or 0). */
	int (*get_place)(void *ctx, const char *sink, uint64_t *ret_seq, uint64_t *ret_digest_to);
	int (*set_place)(void *ctx, const char *sink, uint64_t seq, uint64_t digest_to);
	/* What a sink remembers of an alert (Slack: the message that began the thread). */
	int (*get_note)(void *ctx, const char *sink, const char *alert, char *buf, size_t size);
	int (*set_note)(void *ctx, const char *sink, const char *alert, const char *note);
};
