/* SPDX-License-Identifier: ISC
 *
 * How one type of sink tells an event: a small file each, driver_<type>.c. Called from the sink's
 * own thread, which may wait for the receiver; a driver gives up within the configured time, and
 * soon after *abandon becomes true. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>

#include "app/alert/journal.h"
#include "app/alert/record.h"
#include "app/alert/sink.h"

enum delivered {
	DELIVERED,         /* the receiver has it */
	DELIVER_LATER,     /* try again; see retry_after_s */
	DELIVERED_REFUSED, /* it does not want this one, and never will */
};

struct delivery {
	const char *id, *alert;      /* the event's, which is the idempotency key; its alert's */
	const struct record *event;  /* the document */
	const char *kind;            /* "opened", "updated", "closed", "digest" */
	char note[JOURNAL_NOTE_MAX]; /* what the driver remembers of the alert; kept on DELIVERED */
	uint32_t retry_after_s;      /* the receiver's wish; 0: none */
	char why[200];               /* for people, when it was not delivered; without secrets */
};

struct driver_context {
	const struct sink_config *sink;
	const atomic_bool *abandon;
};

struct driver {
	const char *name;
	enum sink_format default_format;
	uint32_t formats;      /* bits 1 << enum sink_format */
	uint32_t rate_per_min; /* by default; 0: no limit */
	bool takes_all;        /* never a digest, whatever the configuration says */
	/* NULL when memory ran out. Opens nothing yet: that is part of telling. */
	void *(*open)(const struct driver_context *c);
	enum delivered (*deliver)(void *driver, struct delivery *d);
	void (*close)(void *driver);
	/* Whether the configuration makes sense for this type. */
	bool (*check)(const struct sink_config *c, char *why, size_t size);
};

extern const struct driver driver_file, driver_syslog, driver_slack, driver_webhook, driver_command;

/* By enum sink_type. */
const struct driver *driver_of(enum sink_type type);
