/* SPDX-License-Identifier: ISC */
#include "app/cmd/watch.h"

#include <string.h>
#include <sys/random.h>
#include <unistd.h>

static const char *or_null(const char *text)
{
	return *text ? text : NULL;
}

bool watch_session(struct watch *w)
{
	const struct config *c = &w->config;

	w->options = (struct options){
	    .threshold = c->threshold,
	    .memory = c->memory,
	    .tz = or_null(c->tz),
	    .psl = or_null(c->psl),
	    .services = or_null(c->services),
	    .scorecard = or_null(c->scorecard),
	    .baseline = or_null(c->baseline),
	    .site_zones = c->site_zones,
	    .resolvers = c->resolvers,
	    .internal = c->internal,
	    .allow = c->allow,
	};
	struct hash_key key;
	if (w->state)
		key = state_key(w->state);
	else if (getrandom(&key, sizeof(key), 0) != sizeof(key))
		return false;
	w->options.seed = key.k1;
	w->options.seed_more = key.k0;
	if (*c->sensor)
		strncpy(w->sensor, c->sensor, sizeof(w->sensor) - 1);
	else
		gethostname(w->sensor, sizeof(w->sensor) - 1);
	if (!session_tables(&w->session, &w->options))
		return false;
	w->session.config.horizon_s = c->horizon_s;
	w->session.config.tick_s = c->tick_s;
	w->session.config.journal = w->state != NULL;
	return true;
}
