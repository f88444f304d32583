/* SPDX-License-Identifier: ISC
 *
 * Keyed hashing. Attackers choose names and addresses, so every table index and every "seen
 * before" comes from a hash under a key they do not know, and whose values they never see.
 *
 * Each event takes several hashes of short strings, so 16 bytes at a time are met with the key and
 * multiplied to 128 bits, and the halves of the product folded together: a multiplicative universal
 * hash (Dietzfelbinger 1996), as in wyhash and in the tables of Go and Rust. A single product goes
 * blind where one factor is zero, and whoever knows the key (that of `scan` is fixed, unless
 * --seed is given) could hide any number of names behind that zero. Hence two products of the same
 * words under different keys, of which one at least always sees both the words, and a state that
 * is added and never multiplied away.
 *
 * It is no MAC: who could read hash values might find collisions; nothing here shows them. */
#pragma once

#include "lib/base/cursor.h"

struct hash_key {
	uint64_t k0, k1;
};

__extension__ typedef unsigned __int128 hash_product;

static inline uint64_t hash_fold(uint64_t a, uint64_t b)
{
	hash_product p = (hash_product)a * b;
	return (uint64_t)p ^ (uint64_t)(p >> 64);
}

static inline uint64_t hash_turn(uint64_t x, unsigned bits)
{
	return x << bits | x >> (64 - bits);
}

/* Combine a keyed hash with another, or with a number. (Of small numbers alone, hash_finish().) */
static inline uint64_t hash_mix(uint64_t a, uint64_t b)
{
	return hash_fold(a ^ 0x9e3779b97f4a7c15u, b ^ 0xd6e8feb86659fd93u) + hash_turn(a ^ b, 32);
}

/* Every bit of x to every bit of the result, one to one (the finaliser of splitmix64). */
static inline uint64_t hash_finish(uint64_t x)
{
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static inline uint64_t hash_step(const struct hash_key *key, uint64_t state, uint64_t a, uint64_t b)
{
	uint64_t x = hash_fold(a ^ key->k1 ^ 0xa0761d6478bd642fu, b ^ state);
	uint64_t y = hash_fold(b ^ key->k1 ^ 0xe7037ed1a0b428dbu, a ^ key->k0);
	return (x ^ y) + hash_turn(state, 29);
}

/* 1 to 7 bytes as a word, none read beyond them. */
static inline uint64_t hash_short(const uint8_t *p, size_t len)
{
	if (len >= 4)
		return (uint64_t)load_le32(p) << 32 | load_le32(p + len - 4);
	return (uint64_t)p[0] << 16 | (uint64_t)p[len / 2] << 8 | p[len - 1];
}

/* The keyed hash of two words and a number. */
static inline uint64_t hash_pair(const struct hash_key *key, uint64_t a, uint64_t b, uint64_t n)
{
	return hash_finish(hash_step(key, key->k0 + n, a, b));
}

/* The keyed hash of len bytes, the same on every machine. */
static inline uint64_t hash_bytes(const struct hash_key *key, const void *bytes, size_t len)
{
	const uint8_t *p = bytes, *end = p + len;
	uint64_t state = key->k0 ^ len, a, b;

	for (; end - p > 16; p += 16)
		state = hash_step(key, state, load_le64(p), load_le64(p + 8));
	if (len >= 16) { /* overlaps what was read before: a step of one size for every length */
		a = load_le64(end - 16);
		b = load_le64(end - 8);
	} else if (len >= 8) {
		a = load_le64(p);
		b = load_le64(end - 8);
	} else {
		a = len ? hash_short(p, len) : 0;
		b = 0;
	}
	return hash_finish(hash_step(key, state, a, b));
}
