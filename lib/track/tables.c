/* SPDX-License-Identifier: ISC */
#include "lib/track/tables.h"

#include <string.h>

size_t tables_size(unsigned log2_zones, unsigned log2_pairs)
{
	return (((size_t)1 << log2_zones) + TABLE_WINDOW) * sizeof(struct zone) +
	       (((size_t)1 << log2_pairs) + TABLE_WINDOW) * sizeof(struct pair);
}

void tables_init(struct tables *t, void *mem, unsigned log2_zones, unsigned log2_pairs)
{
	*t = (struct tables){
	    .zones = mem,
	    .zone_mask = (uint32_t)(((size_t)1 << log2_zones) - 1),
	    .pair_mask = (uint32_t)(((size_t)1 << log2_pairs) - 1),
	};
	/* Windows run past the last home instead of wrapping. */
	t->pairs = (struct pair *)(void *)(t->zones + t->zone_mask + 1 + TABLE_WINDOW);
}

/* Which of two entries is worth less: the smaller leak, then the longer unused. */
static bool worth_less(const struct sums *a, const struct sums *b)
{
	uint64_t leak_a = (uint64_t)a->up[SCALES - 1] + a->down[SCALES - 1];
	uint64_t leak_b = (uint64_t)b->up[SCALES - 1] + b->down[SCALES - 1];
	return leak_a != leak_b ? leak_a < leak_b : a->at_s < b->at_s;
}

struct zone *tables_zone(struct tables *t, uint64_t hash, bool *ret_new)
{
	struct zone *z = &t->zones[tables_home(hash, t->zone_mask)];
	struct zone *victim = NULL;

	hash |= hash == 0;
	for (int i = 0; i < TABLE_WINDOW; i++) {
		if (z[i].hash == hash) {
			*ret_new = false;
			return &z[i];
		}
		if (z[i].hash == 0) {
			victim = &z[i];
			break;
		}
		if (!victim || worth_less(&z[i].sums, &victim->sums))
			victim = &z[i];
	}
	t->zones_evicted += victim->hash != 0;
	memset(victim, 0, sizeof(*victim));
	victim->hash = hash;
	*ret_new = true;
	return victim;
}

struct pair *tables_pair(struct tables *t, uint64_t key, bool *ret_new, uint16_t *ret_evicted)
{
	struct pair *p = &t->pairs[tables_home(key, t->pair_mask)];
	struct pair *victim = NULL;

	key |= key == 0;
	*ret_evicted = 0;
	for (int i = 0; i < TABLE_WINDOW; i++) {
		if (p[i].key == key) {
			*ret_new = false;
			return &p[i];
		}
		if (p[i].key == 0) {
			victim = &p[i];
			break;
		}
		bool better = victim && (p[i].evidence != 0) != (victim->evidence != 0)
		                  ? p[i].evidence == 0
		                  : !victim || worth_less(&p[i].sums, &victim->sums);
		if (better)
			victim = &p[i];
	}
	t->pairs_evicted += victim->key != 0;
	*ret_evicted = victim->key ? victim->evidence : 0;
	memset(victim, 0, sizeof(*victim));
	victim->key = key;
	*ret_new = true;
	return victim;
}

struct pair *tables_find_pair(const struct tables *t, uint64_t key)
{
	struct pair *p = &t->pairs[tables_home(key, t->pair_mask)];
	key |= key == 0;
	for (int i = 0; i < TABLE_WINDOW; i++)
		if (p[i].key == key)
			return &p[i];
	return NULL;
}

const struct zone *tables_find_zone(const struct tables *t, uint64_t hash)
{
	const struct zone *z = &t->zones[tables_home(hash, t->zone_mask)];
	hash |= hash == 0;
	for (int i = 0; i < TABLE_WINDOW; i++)
		if (z[i].hash == hash)
			return &z[i];
	return NULL;
}

/* Linear counting (Whang, Vander-Zanden, Taylor 1990), n = -m ln(empty / m) with m = 64. */
static const uint16_t clients_of_bits[65] = {1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 13, 14, 15, 17,
    18, 19, 20, 22, 23, 25, 26, 28, 29, 31, 33, 34, 36, 38, 40, 42, 44, 46, 48, 50, 52, 54, 57, 59,
    62, 64, 67, 70, 73, 77, 80, 84, 88, 92, 96, 101, 106, 111, 117, 124, 132, 140, 150, 161, 176,
    194, 220, 250, 250};

uint32_t zone_clients(const struct zone *z)
{
	return clients_of_bits[z->clients_bits];
}

void zone_add_client(struct zone *z, uint64_t client_hash)
{
	uint64_t bit = (uint64_t)1 << (client_hash & 63);
	z->clients_bits = (uint8_t)(z->clients_bits + !(z->clients_map & bit));
	z->clients_map |= bit;
}

uint32_t zone_days(const struct zone *z)
{
	uint32_t n = 0;
	for (unsigned i = 0; i < ZONE_DAYS / 32; i++)
		n += (uint32_t)__builtin_popcount(z->days[i]);
	return n;
}

/* The map moves up when a day comes that is newer: the newest has the lowest bit. */
void zone_add_day(struct zone *z, uint16_t day)
{
	if (day < z->day)
		return;
	for (unsigned ahead = (unsigned)(day - z->day); ahead > 0 && zone_days(z) > 0; ahead--) {
		z->days[2] = z->days[2] << 1 | z->days[1] >> 31;
		z->days[1] = z->days[1] << 1 | z->days[0] >> 31;
		z->days[0] <<= 1;
	}
	z->days[0] |= 1;
	z->day = day;
}
