/* SPDX-License-Identifier: ISC
 *
 * What is told of an alert, as a document: {"type":"alert","event":"opened", ... "finding":{...}}
 * (docs/json.md). Every sink's format is made from it, so that what was kept can be told again. */
#pragma once

#include "app/alert/journal.h"
#include "app/alert/record.h"
#include "include/dnshound.h"

enum event_kind { EVENT_OPENED, EVENT_UPDATED, EVENT_CLOSED, EVENT_DIGEST };

const char *event_text(enum event_kind kind);

struct event_head {
	enum event_kind kind;
	const char *id, *alert;
	int64_t time_ns, opened_ns;
};

/* The document of an opened or updated alert, a string of malloc(). */
char *event_document(const struct event_head *h, const struct dh_finding *f);

/* The document of its end, from its last one and from its figures; NULL when `last` is none. */
char *event_closed(const struct event_head *h, const char *last, const struct journal_alert *a);

/* A digest takes the place of many events that came faster than a sink may tell them. */
struct event_digest {
	uint64_t from, to; /* places in the journal */
	uint32_t events, by_kind[EVENT_CLOSED + 1], by_severity[DH_CRITICAL + 1];
	struct record *worst[5]; /* events, worst first */
	unsigned n_worst;
	int64_t first_ns, last_ns;
};

/* Count one more event; the digest takes it over. */
void event_digest_add(struct event_digest *d, struct record *event, int64_t time_ns);
/* What it says; the digest is empty afterwards. */
struct record *event_digest_done(struct event_digest *d, const char *id);

/* An event's fields where formats look for them. Strings are "" where there is nothing and last as
 * long as the record. */
struct event_facts {
	enum event_kind kind;
	const char *event, *id, *alert, *time, *opened, *title, *summary, *next_step;
	const char *severity, *verdict, *confidence, *client, *zone, *server, *transport, *sensor;
	const char *first_seen, *last_seen, *sample, *qtype, *tool, *tool_confidence, *attack;
	const char *comm, *exe, *cmdline, *host, *version;
	int64_t time_ms, score, severity_rank, pid;
	uint64_t queries, unique_names, bytes_up, bytes_down;
	const struct record *finding; /* NULL in a digest */
};

void event_read(struct event_facts *ret, const struct record *event);
