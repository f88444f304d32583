/* SPDX-License-Identifier: ISC */
#include "lib/engine/site.h"

static int find(const struct network *list, unsigned n, const uint8_t address[16])
{
	for (unsigned i = 0; i < n; i++)
		if (network_has(&list[i], address))
			return (int)i;
	return -1;
}

bool site_asks_resolver(struct site *s, const struct endpoints *ends)
{
	int mine = find(s->resolvers, s->n_resolvers, ends->client);
	if (mine >= 0)
		return s->is_asked[mine];
	int asked = find(s->resolvers, s->n_resolvers, ends->server);
	if (asked >= 0)
		s->is_asked[asked] = true;
	return false;
}

bool site_is_not_internal(const struct site *s, const struct endpoints *ends)
{
	return find(s->internal, s->n_internal, ends->client) < 0;
}
