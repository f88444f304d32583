/* SPDX-License-Identifier: ISC
 *
 * The accounts that cross shards: what a client told all rare zones together (one host that
 * rotates domains), and what it told by the registered labels it asked for below a suffix
 * ("*.com": payload in the label that one can register, generated domains). Fed from the shards'
 * notes in event order, by one thread at a time.
 *
 * Where novelty is ordinary, as new domains are for a browser, the price says little: what counts
 * is its excess over an ordinary name of that length. */
#pragma once

#include "lib/base/prefetch.h"
#include "lib/track/note.h"

enum { ACCOUNT_TOP = 8, ACCOUNT_SUFFIX_MAX = 30 };

/* What decides which one is evicted stands in the first cache line. */
struct account {
	uint64_t key;       /* 0: free */
	struct sums sums;   /* up: excess; down: price in full */
	uint32_t zones;     /* distinct zones met; what a pair table forgot may count twice */
	uint32_t names;     /* names, or zones, that the sums are made of */
	uint32_t nxdomain;  /* of those, answered NXDOMAIN */
	uint32_t judged_at; /* excess, 1/256 bit */
	uint64_t bits;      /* price in full, without decay */
	uint64_t chars;     /* of the priced names */
	uint32_t first_s, last_s;
	/* The zones that told most, by the algorithm of Misra and Gries (1982). */
	uint64_t top[ACCOUNT_TOP];
	uint32_t top_bits[ACCOUNT_TOP];
	uint32_t told;     /* rare zones that got at least one of the names */
	uint32_t mixed;    /* of the zones met, asked for in both cases of letters */
	uint32_t reverse6; /* of the zones met, IPv6 reverse zones */
	uint32_t reverse4; /* queries for IPv4 reverse names, up to the last power of two */
	uint64_t client_hash;
	uint8_t client[16];
	uint16_t site;
	uint8_t subject; /* SUBJECT_CLIENT or SUBJECT_SUFFIX */
	uint8_t suffix_len;
	uint8_t suffix[ACCOUNT_SUFFIX_MAX];
};

struct accounts {
	struct account *slots;
	uint32_t mask;
	uint64_t evicted;
};

size_t accounts_size(unsigned log2_slots);
void accounts_init(struct accounts *a, void *mem, unsigned log2_slots);

static inline uint64_t accounts_client_key(uint64_t client_hash)
{
	return hash_mix(client_hash, SUBJECT_CLIENT);
}

static inline uint64_t accounts_suffix_key(const struct note *n)
{
	return hash_mix(n->client_hash, n->suffix_hash);
}

/* Fetch what accounts_take() will need for a note. */
DH_PREFETCH accounts_prefetch(const struct accounts *a, const struct note *n)
{
	const struct account *s =
	    &a->slots[tables_home(accounts_client_key(n->client_hash), a->mask)];
	prefetch_line(s);
	if (n->is_new_zone)
		prefetch_line(&a->slots[tables_home(accounts_suffix_key(n), a->mask)]);
}

/* Take a note of any kind but JUDGE. Returns an account that is due to be judged, or
 * NULL; a note can make at most one due. */
struct account *accounts_take(struct accounts *a, const struct note *n, const struct decay *d);

/* Put what is known of the client into the features of one of its subjects. */
void accounts_describe(const struct accounts *a, struct features *f);

/* The account of a key (that of its features); NULL when it was evicted. */
const struct account *accounts_at(const struct accounts *a, uint64_t key);

/* Walk the accounts in use: *at starts at 0. */
const struct account *accounts_next(const struct accounts *a, uint32_t *at);

void features_account(struct features *f, const struct account *a, int64_t time_ns);
