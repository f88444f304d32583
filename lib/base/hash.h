/* SPDX-License-Identifier: ISC
 *
 * Keyed hashing. Attackers choose names and addresses, so every table index comes from SipHash
 * (Aumasson and Bernstein, 2012) under a key they do not know; the 1-3 rounds variant, which
 * Linux, Rust and Ruby use for tables, costs about half of 2-4. hash_mix() is for values that are
 * already keyed hashes. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct hash_key {
	uint64_t k0, k1;
};

/* SipHash-1-3 of len bytes. */
uint64_t hash_bytes(const struct hash_key *key, const void *p, size_t len);

/* Combine two keyed hashes into one (splitmix64 finaliser over both). */
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	uint64_t x = a ^ (b + 0x9e3779b97f4a7c15u + (a << 6) + (a >> 2));
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}
