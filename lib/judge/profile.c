/* SPDX-License-Identifier: ISC */
#include "lib/judge/profile.h"

#include "lib/judge/profile_kind.h"

static const struct profile_ops *const kinds[PROFILE_KINDS] = {
    [PROFILE_POINTS] = &profile_points,
    [PROFILE_HUNT] = &profile_hunt,
    [PROFILE_LISTENER] = &profile_listener,
};

static size_t state_budget(size_t budget)
{
	if (budget < PROFILE_BUDGET_MIN)
		budget = PROFILE_BUDGET_MIN;
	if (budget > PROFILE_BUDGET_MAX)
		budget = PROFILE_BUDGET_MAX;
	return budget - profile_lines(sizeof(struct profile));
}

size_t profile_size(enum profile_kind kind, size_t budget)
{
	return profile_lines(sizeof(struct profile)) + kinds[kind]->size(state_budget(budget));
}

struct profile *profile_init(void *mem, enum profile_kind kind, size_t budget,
    const struct hash_key *key, const struct profile_sink *sink)
{
	struct profile *p = mem;
	p->ops = kinds[kind];
	p->key = *key;
	p->sink = *sink;
	p->stats.is_exact = true;
	p->state = (uint8_t *)mem + profile_lines(sizeof(struct profile));
	p->ops->init(p, state_budget(budget));
	return p;
}

/* The wire form is valid (event.h): labels, then the root. Its text is the same bytes with dots
 * for the inner length bytes, so a label's text begins where its length byte stood. */
static void name_from_wire(const uint8_t *wire, size_t len, struct profile_name *ret)
{
	memcpy(ret->text, wire + 1, len - 2);
	ret->len = (uint32_t)len - 2;
	ret->labels = 0;
	ret->last_at = ret->second_last_at = 0;
	for (uint32_t at = 0; wire[at]; at += wire[at] + 1u) {
		if (at > 0)
			ret->text[at - 1] = '.';
		ret->second_last_at = ret->last_at;
		ret->last_at = at;
		ret->labels++;
	}
}

void profile_feed(struct profile *p, const struct batch *b, const struct event *e)
{
	struct profile_name name;
	if (!(e->flags & EV_QUERY) || (e->flags & (EV_NOT_DNS | EV_NO_NAME)) || e->name_len < 3)
		return;
	p->stats.queries++;
	name_from_wire(event_name(b, e), e->name_len, &name);
	p->ops->feed(p, b, e, &name);
}

void profile_finish(struct profile *p)
{
	p->ops->finish(p);
}

void profile_deliver(struct profile *p, const struct profile_row *row)
{
	p->stats.flagged++;
	p->sink.row(p->sink.ctx, row);
}

struct profile_stats profile_stats(const struct profile *p)
{
	return p->stats;
}
