/* SPDX-License-Identifier: ISC */
#include "app/cmd/run_people.h"

#include <stddef.h>

#include "agent/procfs.h"

/* Serials of the supervisor count up from 1; ours down from here, so that they never meet. */
#define OWN_SERIALS 0xffffffffu
enum { ZONE_WINDOW = 8 };

void people_learn(struct people *p, const struct process *who)
{
	p->met += people_find(p, who->serial) == NULL;
	p->at[who->serial % PEOPLE_MAX] = *who;
}

const struct process *people_find(const struct people *p, uint32_t serial)
{
	const struct process *at = &p->at[serial % PEOPLE_MAX];
	return serial && at->serial == serial ? at : NULL;
}

const struct process *people_of_pid(struct people *p, int32_t pid)
{
	const struct process *newest = NULL;
	struct process fresh;

	for (unsigned i = 0; i < PEOPLE_MAX; i++)
		if (p->at[i].serial && p->at[i].pid == pid &&
		    (!newest ||
		        (p->at[i].serial < OWN_SERIALS / 2 && p->at[i].serial > newest->serial)))
			newest = &p->at[i];
	if (newest)
		return newest;
	if (procfs_read(pid, &fresh) < 0)
		return NULL;
	fresh.serial = OWN_SERIALS - p->own_serials++;
	people_learn(p, &fresh);
	return people_find(p, fresh.serial);
}

const struct people_zone *people_zone(const struct people *p, uint64_t zone_hash)
{
	for (unsigned i = 0; i < ZONE_WINDOW; i++) {
		const struct people_zone *z = &p->zones[(zone_hash + i) % PEOPLE_ZONES];
		if (z->zone_hash == zone_hash)
			return z;
	}
	return NULL;
}

struct people_zone *people_asked(struct people *p, uint64_t zone_hash, uint32_t serial)
{
	struct people_zone *z = NULL;
	unsigned least = 0;

	for (unsigned i = 0; i < ZONE_WINDOW && !z; i++) {
		struct people_zone *at = &p->zones[(zone_hash + i) % PEOPLE_ZONES];
		if (!at->zone_hash || at->zone_hash == zone_hash)
			z = at;
		else if (at->queries < p->zones[(zone_hash + least) % PEOPLE_ZONES].queries)
			least = i;
	}
	if (!z)
		z = &p->zones[(zone_hash + least) % PEOPLE_ZONES];
	if (z->zone_hash != zone_hash)
		*z = (struct people_zone){.zone_hash = zone_hash};
	z->queries++;
	least = 0;
	for (unsigned i = 0; i < PEOPLE_PER_ZONE; i++) {
		if (z->who[i].serial == serial) {
			z->who[i].queries++;
			return z;
		}
		if (z->who[i].queries < z->who[least].queries)
			least = i;
	}
	z->who[least].serial = serial;
	z->who[least].queries++;
	return z;
}
