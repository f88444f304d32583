/* SPDX-License-Identifier: ISC
 *
 * What the user knows of the site and packets do not tell: which addresses are its resolvers, and
 * which are inside.
 *
 * A resolver asks for others. Where clients are seen asking it, what it asks is their information
 * over again and is not credited to it; where they are not, its questions are all there is, and
 * they count. An address outside is nobody of the site: what it asks (of an authoritative server,
 * say) is no leak of the site's. */
#pragma once

#include "lib/base/network.h"
#include "lib/decode/event.h"

enum { SITE_NETWORKS = 64 };

struct site {
	struct network resolvers[SITE_NETWORKS], internal[SITE_NETWORKS];
	unsigned n_resolvers, n_internal; /* 0: not told */
	bool is_asked[SITE_NETWORKS];     /* clients of that resolver were seen */
};

bool site_asks_resolver(struct site *s, const struct endpoints *ends);
bool site_is_not_internal(const struct site *s, const struct endpoints *ends);

/* Events in input order. Whether a resolver of the site asks, whose clients are in sight. */
static inline bool site_is_resolver(struct site *s, const struct endpoints *ends)
{
	return s->n_resolvers > 0 && site_asks_resolver(s, ends);
}

/* Whether the client is outside, as far as is told. */
static inline bool site_is_outside(const struct site *s, const struct endpoints *ends)
{
	return s->n_internal > 0 && site_is_not_internal(s, ends);
}
