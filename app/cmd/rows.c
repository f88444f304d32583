/* SPDX-License-Identifier: ISC */
#include "app/cmd/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cmd/identified.h"

static int compare_bytes(const struct finding *a, const struct finding *b)
{
	int order = memcmp(a->now.client, b->now.client, 16);
	if (order)
		return order;
	size_t len = a->zone_len < b->zone_len ? a->zone_len : b->zone_len;
	order = memcmp(a->zone, b->zone, len);
	return order ? order : (int)a->zone_len - (int)b->zone_len;
}

/* Worst first; what is equal by client and zone, so that two runs print the same. */
static int compare(const void *pa, const void *pb)
{
	const struct finding *a = pa, *b = pb;
	uint64_t leak_a = a->now.bytes_up + a->now.bytes_down;
	uint64_t leak_b = b->now.bytes_up + b->now.bytes_down;
	if (a->verdict.score != b->verdict.score)
		return (int)b->verdict.score - (int)a->verdict.score;
	if (leak_a != leak_b)
		return leak_a < leak_b ? 1 : -1;
	if (a->now.subject != b->now.subject)
		return (int)a->now.subject - (int)b->now.subject;
	return compare_bytes(a, b);
}

const struct allow_entry *rows_allowed(const struct session *s, const struct finding *f)
{
	return allow_find(&s->allow, f);
}

bool rows_gather(struct rows *r, const struct session *s, enum rows_of what)
{
	struct engine_walk walk = {0};
	size_t room = 64;
	*r = (struct rows){.at = malloc(room * sizeof(*r->at))};

	while (r->at) {
		if (r->n == room) {
			struct finding *more = realloc(r->at, 2 * room * sizeof(*more));
			if (!more)
				break;
			r->at = more;
			room *= 2;
		}
		struct finding *f = &r->at[r->n];
		if (!engine_next(s->engine, &walk, f)) {
			qsort(r->at, r->n, sizeof(*r->at), compare);
			return true;
		}
		if (what != ROWS_ALL && !session_wants(s, f))
			continue;
		if (what == ROWS_PAIRS && f->now.subject != SUBJECT_PAIR)
			continue;
		if (what == ROWS_FINDINGS && f->verdict.score < s->options->threshold)
			continue;
		if (rows_allowed(s, f)) {
			f->verdict.severity = SEVERITY_INFO;
			r->n_allowed++;
		}
		r->by_severity[f->verdict.severity]++;
		r->n++;
	}
	fprintf(stderr, "dnshound: out of memory\n");
	rows_free(r);
	return false;
}

void rows_free(struct rows *r)
{
	free(r->at);
	r->at = NULL;
	r->n = 0;
}

void rows_publish(const struct session *s, const struct finding *f, struct rows_public *ret)
{
	const struct allow_entry *allowed = rows_allowed(s, f);
	struct dh_finding *to = &ret->told.f;

	publish_finding(&ret->told, &s->config, f);
	identified_carving(s, f, &to->carvable, &ret->carve_command);
	to->carve_command = ret->carve_command;
	if (s->process_of && s->process_of(s->process_ctx, f, &ret->process))
		to->process = &ret->process;
	else if (engine_process(s->engine, f, &ret->process))
		to->process = &ret->process;
	if (!allowed)
		return;
	ret->allowed = (struct dh_allowed){allowed->reason, allowed->file, allowed->line};
	to->allowed = &ret->allowed;
}

void rows_public_done(struct rows_public *r)
{
	free(r->carve_command);
}
