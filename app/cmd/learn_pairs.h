/* SPDX-License-Identifier: ISC
 *
 * The pairs that teach a baseline, and the days of their zones. */
#pragma once

#include "app/cmd/rows.h"

/* Days on which zones, and any, were asked for, counted while events pass: each a bit of 64, so
 * that a stray clock adds one day and hides none. Zones beyond the room of the table count one day.
 */
struct learn_days {
	struct learn_day *slots;
	size_t used;
	uint64_t site_map;
	int64_t since_ns, until_ns;
};
bool learn_days_init(struct learn_days *d);
void learn_days_event(void *ctx, const struct batch *b, const struct event *e);
uint32_t learn_days_site(const struct learn_days *d);
uint32_t learn_days_of(const struct learn_days *d, uint64_t zone_hash);

struct learn_pair {
	char *zone; /* as text; "" where it has no name that a baseline may hold */
	uint8_t client[16];
	uint16_t site;
	uint64_t zone_hash;
	bool is_plain; /* a registered domain, no declared service: what budgets are for */
	uint32_t up[SCALES], down[SCALES]; /* peaks, bytes */
	uint32_t opaque, bound, zone_total, mean_sub_len, opaque_permille;
	uint32_t allowance_eighths;
	uint32_t point[FOREST_FEATURES];
};

struct learn_pairs {
	struct learn_pair *at;
	size_t n, room;
	uint32_t clients, left_out; /* clients that teach, and that do not */
};

/* By client, then zone: all pairs but those of clients, and of zones, that stand in `found`
 * without being allowed. False when memory ran out. */
bool learn_pairs_gather(struct learn_pairs *p, const struct session *s, const struct rows *found);
void learn_pairs_free(struct learn_pairs *p);

/* The order of two pairs by client. */
int learn_compare_clients(const struct learn_pair *a, const struct learn_pair *b);
