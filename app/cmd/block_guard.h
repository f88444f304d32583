/* SPDX-License-Identifier: ISC
 *
 * What must not be blocked. A query can be spoofed or lured out of a client, so whatever traffic
 * says, the site's own word stands above it. */
#pragma once

#include "app/alert/rules_name.h"
#include "app/cmd/config.h"
#include "app/cmd/session.h"

struct block_guard {
	const struct config *config;
	const struct session *session; /* its tables */
};

/* NULL, or why this zone stays open, whoever wants it blocked: it, something below it or something
 * above it is allowed, the site's own, or never to be blocked; or it is no zone of one owner. */
const char *block_guard_refuses(const struct block_guard *g, const struct rules_name *zone);

/* The same where nobody decides but the program: popular zones, those of the baseline and declared
 * services stay open too. */
const char *block_guard_refuses_itself(const struct block_guard *g, const struct rules_name *zone);

/* Why nothing between these addresses is stopped: the server is a resolver of the site. */
const char *block_guard_refuses_server(const struct block_guard *g, const char *server);
