/* SPDX-License-Identifier: ISC */
#include "lib/engine/ask.h"

#include <string.h>

#include "lib/base/hash.h"

enum {
	ASKERS_LOG2 = 9,
	ASKERS = 1 << ASKERS_LOG2,
	ASKER_WINDOW = 8,
	QUESTIONS = 1 << 13,
	ALIASES = 256,
	JOIN_S = 2,
	/* An agent's client that was once recognised is believed for so long. */
	ALIAS_S = 3600,
};

struct known_asker {
	struct asker who;
	uint32_t generation; /* of the place; 0: never used */
	uint32_t used;       /* when, in takes */
};

struct question {
	uint32_t tag, time_s;
	uint32_t process; /* 0: no agent has told of it */
	uint16_t source;  /* that the client is of */
	uint16_t site;
	uint16_t id, port;
	uint8_t client[16];
	uint64_t agent;  /* hash of the client that the agent told; 0: none */
	bool has_client; /* a sensor saw it */
	bool has_many;   /* from several */
	bool has_id;
};

struct alias {
	uint64_t agent;
	uint32_t time_s;
	uint16_t site;
	uint8_t client[16];
};

struct asks {
	struct known_asker askers[ASKERS + ASKER_WINDOW];
	struct question questions[QUESTIONS];
	struct alias aliases[ALIASES];
	uint32_t takes;
	bool has_agents;
	uint32_t numbers[BATCH_ASKERS]; /* of the batch at hand */
};

size_t asks_size(void)
{
	return sizeof(struct asks);
}

struct asks *asks_init(void *mem)
{
	return mem;
}

void asks_resume(struct asks *a)
{
	memset(a->questions, 0, sizeof(a->questions));
	memset(a->aliases, 0, sizeof(a->aliases));
	for (unsigned i = 0; i < ASKERS + ASKER_WINDOW; i++) {
		struct asker *w = &a->askers[i].who;
		w->host[sizeof(w->host) - 1] = w->comm[sizeof(w->comm) - 1] = 0;
		w->exe[sizeof(w->exe) - 1] = w->cmdline[sizeof(w->cmdline) - 1] = 0;
	}
}

/* ---- who ---- */

static uint32_t number_of(uint32_t place, uint32_t generation)
{
	return generation << (ASKERS_LOG2 + 1) | place;
}

static uint32_t keep(struct asks *a, const struct asker *who)
{
	uint32_t home = (uint32_t)(who->key >> 40) & (ASKERS - 1), at = home;
	for (uint32_t i = home; i < home + ASKER_WINDOW; i++) {
		struct known_asker *k = &a->askers[i];
		if (k->who.key == who->key) {
			k->used = a->takes;
			return number_of(i, k->generation);
		}
		if (k->used < a->askers[at].used)
			at = i;
	}
	struct known_asker *k = &a->askers[at];
	k->who = *who;
	k->used = a->takes;
	/* Bits that are shifted out make it 0 one day, which is nobody. */
	k->generation++;
	if (number_of(0, k->generation) == 0)
		k->generation = 1;
	return number_of(at, k->generation);
}

void asks_take(struct asks *a, struct batch *b)
{
	if (b->n_askers == 0)
		return;
	a->has_agents = true;
	a->takes++;
	for (uint32_t i = 0; i < b->n_askers; i++)
		a->numbers[i] = keep(a, &b->askers[i]);
	for (uint32_t i = 0; i < b->n; i++) {
		struct endpoints *ends = event_ends_of(b, &b->events[i]);
		if (ends->process)
			ends->process = a->numbers[ends->process - 1];
	}
}

const struct asker *asks_find(const struct asks *a, uint32_t process)
{
	uint32_t place = process & (2 * ASKERS - 1);
	if (process == 0 || place >= ASKERS + ASKER_WINDOW)
		return NULL;
	const struct known_asker *k = &a->askers[place];
	return number_of(place, k->generation) == process ? &k->who : NULL;
}

/* ---- what ---- */

static uint32_t apart_s(uint32_t a, uint32_t b)
{
	return a > b ? a - b : b - a;
}

static struct alias *alias_of(struct asks *a, uint64_t agent)
{
	return &a->aliases[agent >> 30 & (ALIASES - 1)];
}

static void learn_alias(struct asks *a, const struct question *q, uint64_t agent, uint32_t now_s)
{
	struct alias *l = alias_of(a, agent);
	*l = (struct alias){.agent = agent, .time_s = now_s, .site = q->site};
	memcpy(l->client, q->client, 16);
}

static void set_client(const struct observer *o, struct endpoints *ends, struct event *ev,
    const uint8_t client[16], uint16_t site)
{
	memcpy(ends->client, client, 16);
	ends->site = site;
	ev->client_hash = observe_address_hash(o, client, site);
	ev->pair_hash = hash_mix(ev->client_hash, ev->zone_hash);
}

static bool is_same_message(const struct question *q, const struct endpoints *ends)
{
	if (q->has_id && q->id == ends->id)
		return true;
	return q->port && q->port == ends->client_port && memcmp(q->client, ends->client, 16) == 0;
}

/* What an agent tells: names that only a library was asked for have neither id nor port. */
static void by_agent(struct asks *a, const struct observer *o, struct question *q, bool is_fresh,
    struct endpoints *ends, struct event *ev, uint32_t now_s)
{
	bool has_id = ends->client_port != 0;
	uint64_t agent = ev->client_hash;
	struct alias *l = alias_of(a, agent);

	if (is_fresh && q->has_client) {
		bool is_same =
		    q->source != ends->source && (has_id ? is_same_message(q, ends) : !q->has_many);
		if (!is_same)
			return;
		if (has_id && memcmp(q->client, ends->client, 16) != 0)
			learn_alias(a, q, agent, now_s);
		set_client(o, ends, ev, q->client, q->site);
		q->process = ends->process;
		return;
	}
	if (l->agent == agent && apart_s(now_s, l->time_s) <= ALIAS_S)
		set_client(o, ends, ev, l->client, l->site);
	*q = (struct question){.tag = q->tag,
	    .time_s = now_s,
	    .process = ends->process,
	    .agent = agent,
	    .id = ends->id,
	    .port = ends->client_port,
	    .has_id = has_id};
}

static void by_sensor(
    struct asks *a, struct question *q, bool is_fresh, struct endpoints *ends, uint32_t now_s)
{
	if (!is_fresh)
		*q = (struct question){.tag = q->tag, .time_s = now_s};
	bool is_same = q->process && !q->has_many && (!q->has_id || q->id == ends->id);
	if (is_same)
		ends->process = q->process;
	if (q->has_client) {
		q->has_many |= memcmp(q->client, ends->client, 16) != 0;
		return;
	}
	bool is_known = is_same && q->has_id && q->port;
	if (!is_same)
		q->process = 0;
	memcpy(q->client, ends->client, 16);
	q->source = ends->source;
	q->site = ends->site;
	q->id = ends->id;
	q->port = ends->client_port;
	q->has_client = q->has_id = true;
	if (is_known)
		learn_alias(a, q, q->agent, now_s);
}

void asks_event(struct asks *a, const struct observer *o, const struct batch *b, struct event *ev)
{
	struct endpoints *ends = event_ends_of(b, ev);
	uint32_t now_s = (uint32_t)(ev->time_ns / 1000000000);
	struct name_scan scan;

	if (!a->has_agents || ev->name_len == 0)
		return;
	/* Not event.name_hash: below no zone it depends on the server. */
	scan_lower(&scan, event_name(b, ev), ev->name_len);
	uint64_t key = observe_name_hash(o, &scan);
	struct question *q = &a->questions[key >> 20 & (QUESTIONS - 1)];
	bool is_fresh = q->tag == (uint32_t)key && apart_s(now_s, q->time_s) <= JOIN_S;
	q->tag = (uint32_t)key;
	if (ends->process)
		by_agent(a, o, q, is_fresh, ends, ev, now_s);
	else
		by_sensor(a, q, is_fresh, ends, now_s);
}
