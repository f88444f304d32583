/* SPDX-License-Identifier: ISC */
#include "lib/track/bound.h"

#include <stdbool.h>

#include "lib/base/fixed.h"

/* A gap that was not guessed tells no more than this: resolvers and networks blur the rest. */
#define GAP_BITS256 (2 * 256)
/* Below so many queries a guess has had no chance. */
#define WARM_UP 32

/* Address and service-binding lookups for one name race each other: their order says nothing. */
static uint8_t type_class(uint16_t qtype)
{
	if (qtype == 1 || qtype == 28 || qtype == 64 || qtype == 65)
		return 0;
	return (uint8_t)(1 + qtype % 15);
}

/* Four steps an octave from a millisecond on. */
static uint8_t gap_class(int64_t gap_ns)
{
	uint64_t ms = gap_ns > 0 ? (uint64_t)gap_ns / 1000000 : 0;
	uint32_t class = fixed_log2(ms + 1) >> 6;
	return class < 64 ? (uint8_t) class : 63;
}

static bool guess(uint8_t *guessed, uint8_t came)
{
	bool right = *guessed == came;
	*guessed = came;
	return right;
}

void bound_query(struct bound *b, uint64_t name_hash, uint16_t qtype, unsigned letters,
    int64_t time_ns, const struct decay *d)
{
	uint8_t name = (uint8_t)(name_hash >> 40), type = type_class(qtype);
	uint8_t gap = gap_class(b->last_ns ? time_ns - b->last_ns : 0);
	uint32_t up = 0, down = 0;

	b->n_names = (uint16_t)(b->n_names + !(b->names_seen[name / 8] >> name % 8 & 1));
	b->names_seen[name / 8] |= (uint8_t)(1 << name % 8);
	b->types_seen |= (uint16_t)(1 << type);
	/* The same name again is the other address family, or a retry. */
	if (name != b->name && !guess(&b->next_name[b->name], name))
		up = fixed_log2(b->n_names);
	if (!guess(&b->next_type[b->type], type))
		down += fixed_log2((unsigned)__builtin_popcount(b->types_seen));
	if (!guess(&b->next_gap[b->gap], gap))
		down += GAP_BITS256;
	b->name = name;
	b->type = type;
	b->gap = gap;
	b->last_ns = time_ns;
	if (++b->queries <= WARM_UP)
		return;
	sums_age(&b->sums, d, (uint32_t)(time_ns / 1000000000));
	sums_add(&b->sums, up, down);
	sums_age(&b->cases, d, (uint32_t)(time_ns / 1000000000));
	sums_add(&b->cases, letters * 256, 0);
}
