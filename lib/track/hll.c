/* SPDX-License-Identifier: ISC */
#include "lib/track/hll.h"

#include <string.h>

#include "lib/base/assert.h"

/* 1 / (2 ln 2), the estimator's constant for many registers, in 2^-32. */
#define ALPHA 3098164009u
/* Members a set of that many slots holds: probes stay short, and room for the last one is sure. */
#define SET_MAX(slots) ((slots) / 4 * 3)

static uint32_t slot_count(const struct hll *h)
{
	return 1u << (h->p - 3);
}

struct hll *hll_init(void *mem, unsigned p)
{
	dh_assert(p >= HLL_P_MIN && p <= HLL_P_MAX);
	struct hll *h = mem;
	h->p = (uint8_t)p;
	hll_reset(h);
	return h;
}

void hll_reset(struct hll *h)
{
	h->members = 0;
	h->is_estimating = false;
	memset(h->slots, 0, (size_t)1 << h->p);
}

static bool raise_register(struct hll *h, uint32_t i, uint8_t rank)
{
	uint8_t *reg = (uint8_t *)h->slots + i;
	if (*reg >= rank)
		return false;
	*reg = rank;
	return true;
}

static uint32_t register_of(const struct hll *h, uint64_t hash)
{
	return (uint32_t)(hash >> (64 - h->p));
}

static uint8_t rank_of(const struct hll *h, uint64_t hash)
{
	/* The bit put below the hash ends the run of zeros: ranks are 1..65-p. */
	uint64_t rest = hash << h->p | (uint64_t)1 << (h->p - 1);
	return (uint8_t)(__builtin_clzll(rest) + 1);
}

/* Set and registers share their bytes, so what registers need of the members waits aside. */
static void start_estimating(struct hll *h)
{
	struct {
		uint16_t i;
		uint8_t rank;
	} kept[SET_MAX(1u << (HLL_P_MAX - 3))];
	uint32_t n = 0;
	for (uint32_t s = 0; s < slot_count(h); s++) {
		if (h->slots[s] == 0)
			continue;
		kept[n].i = (uint16_t)register_of(h, h->slots[s]);
		kept[n++].rank = rank_of(h, h->slots[s]);
	}
	hll_reset(h);
	h->is_estimating = true;
	while (n-- > 0)
		raise_register(h, kept[n].i, kept[n].rank);
}

/* Registers use the upper bits of a hash, slots the lower ones. */
static bool set_add(struct hll *h, uint64_t hash)
{
	uint32_t mask = slot_count(h) - 1;
	uint32_t s = (uint32_t)hash & mask;
	for (; h->slots[s]; s = (s + 1) & mask)
		if (h->slots[s] == hash)
			return false;
	if (h->members == SET_MAX(slot_count(h))) {
		start_estimating(h);
		raise_register(h, register_of(h, hash), rank_of(h, hash));
		return true;
	}
	h->slots[s] = hash;
	h->members++;
	return true;
}

bool hll_add(struct hll *h, uint64_t hash)
{
	if (hash == 0) /* a free slot */
		hash = 1;
	if (!h->is_estimating)
		return set_add(h, hash);
	return raise_register(h, register_of(h, hash), rank_of(h, hash));
}

/* sigma(x) = x + sum over k >= 1 of x^(2^k) * 2^(k-1); x < 1, all in 2^-32. */
static uint64_t sigma(uint64_t x)
{
	uint64_t sum = x, weight = 1;
	while (x) {
		x = x * x >> 32;
		sum += x * weight;
		weight *= 2;
	}
	return sum;
}

static uint64_t estimate(const struct hll *h)
{
	const uint8_t *reg = (const uint8_t *)h->slots;
	uint32_t m = 1u << h->p, with_rank[65] = {0};
	for (uint32_t i = 0; i < m; i++)
		with_rank[reg[i]]++;
	if (with_rank[0] == m)
		return 0;
	uint64_t z = sigma(((uint64_t)with_rank[0] << 32) >> h->p) << h->p;
	for (unsigned rank = 1; rank <= 65u - h->p; rank++)
		z += ((uint64_t)with_rank[rank] << 32) >> rank;
	if (z == 0) /* every register beyond 2^32 */
		return UINT64_MAX;
	return ((uint64_t)ALPHA << (2 * h->p)) / z;
}

uint64_t hll_count(const struct hll *h)
{
	return h->is_estimating ? estimate(h) : h->members;
}

void hll_merge(struct hll *dst, const struct hll *src)
{
	dh_assert(dst->p == src->p);
	if (!src->is_estimating) {
		for (uint32_t s = 0; s < slot_count(src); s++)
			if (src->slots[s])
				hll_add(dst, src->slots[s]);
		return;
	}
	if (!dst->is_estimating)
		start_estimating(dst);
	const uint8_t *from = (const uint8_t *)src->slots;
	uint8_t *to = (uint8_t *)dst->slots;
	for (uint32_t i = 0; i < 1u << dst->p; i++)
		to[i] = from[i] > to[i] ? from[i] : to[i];
}
