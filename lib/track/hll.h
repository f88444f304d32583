/* SPDX-License-Identifier: ISC
 *
 * How many distinct things? A HyperLogLog sketch that is exact while the answer is small.
 *
 * Nearly every account sees a handful of names or clients; a few see millions, and those are the
 * ones that matter. So one block of 2^p bytes is used in two ways. At first it is a hash set of
 * 64-bit hashes and the count is exact. When that set is three quarters full (96 members at p =
 * 10) the same bytes become 2^p registers, each holding the highest rank (leading zeros + 1) among
 * the hashes that fall to it, and from then on the count is an estimate. The block never grows,
 * adding never allocates, and an entry that turns heavy pays nothing for having been light.
 *
 * A register takes a byte although six bits would do: a third more memory buys adding and merging
 * without shifts over byte borders, and merging that a compiler vectorises.
 *
 * The estimate is Ertl's improved estimator ("New cardinality estimation algorithms for
 * HyperLogLog sketches", 2017, algorithm 6), which needs neither linear counting for small nor
 * tables of bias for middle counts. It is computed in fixed point. Its term for saturated
 * registers is left out: it matters beyond 2^50 distinct members. The standard error is 1.04 /
 * sqrt(2^p): 3.3 % at p = 10, 1.6 % at p = 12.
 *
 * Members are keyed 64-bit hashes (lib/base/hash.h); whoever knew the key could keep the count
 * low. Two members with equal hashes count as one. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/prefetch.h"

#define HLL_P_MIN 6u
#define HLL_P_MAX 14u

struct hll {
	uint32_t members; /* of the exact set; unused once estimating */
	uint8_t p;
	bool is_estimating;
	uint64_t slots[]; /* 2^p bytes: a set of hashes (0 = free), later registers */
};

/* Bytes of a sketch of 2^p registers, a multiple of 8. */
static inline size_t hll_size(unsigned p)
{
	return sizeof(struct hll) + ((size_t)1 << p);
}

/* Lay out an empty sketch in mem: hll_size(p) bytes, 8-byte aligned, kept by the caller. */
struct hll *hll_init(void *mem, unsigned p);
void hll_reset(struct hll *h);

/* Add a member. True when the sketch changed: for sure a new member while exact; while estimating
 * a new member may also leave it unchanged. */
bool hll_add(struct hll *h, uint64_t hash);

/* Fetch what hll_add() will touch, in a sketch of 2^p registers that need not be there yet. */
DH_PREFETCH hll_prefetch(const struct hll *h, unsigned p, uint64_t hash)
{
	size_t slots = ((size_t)1 << p) / sizeof(h->slots[0]);
	prefetch_line(&h->slots[hash & (slots - 1)]);
	prefetch_line((const uint8_t *)h->slots + (hash >> (64 - p)));
}

/* The number of distinct members, exact unless h->is_estimating. */
uint64_t hll_count(const struct hll *h);

/* Make dst count the union of both. They must have the same p. */
void hll_merge(struct hll *dst, const struct hll *src);
