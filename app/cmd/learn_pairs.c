/* SPDX-License-Identifier: ISC */
#include "app/cmd/learn_pairs.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/decode/name.h"
#include "lib/engine/publish.h"
#include "lib/track/hostname.h"

#define DAY_SLOTS ((size_t)1 << 18)
#define DAY_NS ((int64_t)86400 * 1000000000)

struct learn_day {
	uint64_t zone_hash; /* 0: free */
	uint64_t map;
};

bool learn_days_init(struct learn_days *d)
{
	*d = (struct learn_days){.used = 0};
	d->slots = calloc(DAY_SLOTS, sizeof(*d->slots));
	return d->slots != NULL;
}

static struct learn_day *day_slot(const struct learn_days *d, uint64_t zone_hash)
{
	size_t i = (size_t)zone_hash & (DAY_SLOTS - 1);
	while (d->slots[i].zone_hash && d->slots[i].zone_hash != zone_hash)
		i = (i + 1) & (DAY_SLOTS - 1);
	return &d->slots[i];
}

void learn_days_event(void *ctx, const struct batch *b, const struct event *e)
{
	struct learn_days *d = ctx;
	if (e->time_ns < 0 || e->time_ns < d->since_ns || e->time_ns > d->until_ns)
		return;
	struct learn_day *slot = day_slot(d, e->zone_hash);
	uint64_t day = (uint64_t)1 << (e->time_ns / DAY_NS & 63);
	d->site_map |= day;
	if (!slot->zone_hash) {
		if (d->used == DAY_SLOTS / 2)
			return;
		d->used++;
		slot->zone_hash = e->zone_hash;
	}
	slot->map |= day;
	(void)b;
}

uint32_t learn_days_site(const struct learn_days *d)
{
	return (uint32_t)__builtin_popcountll(d->site_map);
}

uint32_t learn_days_of(const struct learn_days *d, uint64_t zone_hash)
{
	uint64_t map = day_slot(d, zone_hash)->map;
	return map ? (uint32_t)__builtin_popcountll(map) : 1;
}

int learn_compare_clients(const struct learn_pair *a, const struct learn_pair *b)
{
	int order = memcmp(a->client, b->client, 16);
	return order ? order : (int)a->site - (int)b->site;
}

static int compare(const void *pa, const void *pb)
{
	const struct learn_pair *a = pa, *b = pb;
	int order = learn_compare_clients(a, b);
	if (!order)
		order = strcmp(a->zone, b->zone);
	/* Nameless zones of a client come in no order; what they are made of gives one. */
	return order ? order : memcmp(a->point, b->point, sizeof(a->point));
}

static int compare_subjects(const void *pa, const void *pb)
{
	const struct features *a = pa, *b = pb;
	int order = memcmp(a->client, b->client, 16);
	return order ? order : (int)a->site - (int)b->site;
}

/* What may not teach: clients with a finding, and zones with one. */
struct suspects {
	struct features *clients;
	uint64_t *zones;
	size_t n_clients, n_zones;
};

static bool find_suspects(struct suspects *p, const struct session *s, const struct rows *found)
{
	*p = (struct suspects){.clients = malloc((found->n + 1) * sizeof(*p->clients)),
	    .zones = malloc((found->n + 1) * sizeof(*p->zones))};
	if (!p->clients || !p->zones)
		return false;
	for (size_t i = 0; i < found->n; i++) {
		const struct finding *f = &found->at[i];
		if (rows_allowed(s, f))
			continue;
		if (f->now.subject == SUBJECT_ZONE)
			p->zones[p->n_zones++] = f->now.zone_hash;
		else
			p->clients[p->n_clients++] = f->now;
	}
	if (p->n_clients)
		qsort(p->clients, p->n_clients, sizeof(*p->clients), compare_subjects);
	size_t distinct = 0;
	for (size_t i = 0; i < p->n_clients; i++)
		if (i == 0 || compare_subjects(&p->clients[i], &p->clients[i - 1]))
			p->clients[distinct++] = p->clients[i];
	p->n_clients = distinct;
	return true;
}

static bool is_suspect(const struct suspects *p, const struct features *f)
{
	for (size_t i = 0; i < p->n_zones; i++)
		if (p->zones[i] == f->zone_hash)
			return true;
	return p->n_clients && bsearch(f, p->clients, p->n_clients, sizeof(*f), compare_subjects);
}

static char *zone_text(const struct finding *f)
{
	char text[NAME_TEXT_MAX + 2] = "";
	uint8_t wire[HOSTNAME_WIRE_MAX];
	if (f->zone_len)
		publish_zone(f, text);
	return strdup(hostname_to_wire(view_str(text), wire) ? text : "");
}

static void fill(struct learn_pair *p, const struct finding *f)
{
	const struct features *n = &f->now;
	uint32_t down = n->peak_down[SCALES - 1];
	*p = (struct learn_pair){.zone = zone_text(f),
	    .site = n->site,
	    .zone_hash = n->zone_hash,
	    .is_plain = n->service == 0 && n->service_odd == 0 &&
	                (n->zone_class == ZONE_REGISTERED || n->zone_class == ZONE_SUFFIX),
	    .opaque = n->bytes_down ? (uint32_t)(down * n->opaque_down / n->bytes_down) : 0,
	    .bound = n->bound_up,
	    .zone_total = n->zone_up,
	    .mean_sub_len = n->mean_sub_len,
	    .opaque_permille = n->opaque_permille,
	    .allowance_eighths = signal_allowance_eighths(n)};
	memcpy(p->client, n->client, 16);
	memcpy(p->up, n->peak_up, sizeof(p->up));
	memcpy(p->down, n->peak_down, sizeof(p->down));
	baseline_point(n, p->point);
}

static bool gather(struct learn_pairs *p, const struct session *s, const struct suspects * not )
{
	struct engine_walk walk = {0};
	struct finding f;

	while (engine_next(s->engine, &walk, &f)) {
		if (f.now.subject != SUBJECT_PAIR || is_suspect(not, &f.now) ||
		    !session_wants(s, &f))
			continue;
		if (p->n == p->room) {
			size_t room = p->room ? 2 * p->room : 1024;
			struct learn_pair *more = reallocarray(p->at, room, sizeof(*more));
			if (!more)
				return false;
			p->at = more;
			p->room = room;
		}
		fill(&p->at[p->n], &f);
		if (!p->at[p->n].zone)
			return false;
		p->n++;
	}
	return true;
}

bool learn_pairs_gather(struct learn_pairs *p, const struct session *s, const struct rows *found)
{
	struct suspects suspects;
	*p = (struct learn_pairs){0};
	bool good = find_suspects(&suspects, s, found) && gather(p, s, &suspects);

	p->left_out = (uint32_t)suspects.n_clients;
	free(suspects.clients);
	free(suspects.zones);
	if (!good) {
		fprintf(stderr, "dnshound: out of memory\n");
		learn_pairs_free(p);
		return false;
	}
	if (p->n)
		qsort(p->at, p->n, sizeof(*p->at), compare);
	for (size_t i = 0; i < p->n; i++)
		p->clients += i == 0 || learn_compare_clients(&p->at[i], &p->at[i - 1]) != 0;
	return true;
}

void learn_pairs_free(struct learn_pairs *p)
{
	for (size_t i = 0; i < p->n; i++)
		free(p->at[i].zone);
	free(p->at);
	*p = (struct learn_pairs){0};
}
