/* SPDX-License-Identifier: ISC
 *
 * The page of the daemon: what is going on, alerts, one alert in full, mutes, pairs worth a look,
 * and the health of it all; the same as JSON under /api/v1 (web/openapi.json). On a loopback
 * address only: whoever wants it elsewhere has ssh or a proxy of his own. */
#pragma once

#include "app/alert/record.h"
#include "app/serve/store.h"

struct web_config {
	int listen_fd;     /* bound to a loopback address */
	const char *token; /* guard.h */
	struct store *store;
	/* Put sources and counters into an object (web/openapi.json: Health); any thread. */
	void (*health)(void *ctx, struct record *to);
	/* DNS messages so far. */
	uint64_t (*events)(void *ctx);
	void *ctx;
};

struct web;

/* Zero or a negative errno, with a sentence in `why`. */
int web_start(struct web **ret, const struct web_config *c, char *why, size_t size);
void web_stop(struct web *w);
/* Once a second: what moves is measured. */
void web_tick(struct web *w);
