/* SPDX-License-Identifier: ISC
 *
 * Where a tunnel's own domain begins. The zone of a pair is a registered domain; the tunnel sits
 * at t.example.com, and its data ends one label before. The top is the longest suffix that nine
 * of ten of the pair's names share: names of other kinds below the same zone do not move it.
 * Needs a pass over the names before carving; the user may also say it. */
#pragma once

#include "lib/base/hash.h"
#include "lib/base/view.h"

#define TOP_SUFFIXES 128

struct top {
	struct hash_key key;
	uint64_t names;
	struct {
		uint64_t hash, count;
		uint8_t len;
	} suffix[TOP_SUFFIXES];
	unsigned n;
	uint64_t chosen;    /* hash of the top, after top_choose() */
	uint8_t chosen_len; /* its wire length; 0: none */
};

void top_init(struct top *t, const struct hash_key *key);

/* Count one name (wire form); its zone begins at zone_at. Only distinct names should come, or
 * every name as often as it was asked: the caller's choice. */
void top_add(struct top *t, struct view name, uint8_t zone_at);

/* Decide. Names may be added afterwards, and it be decided again. */
void top_choose(struct top *t);

/* Where the top begins in this name; zone_at for names that do not end in it. */
uint8_t top_at(const struct top *t, struct view name, uint8_t zone_at);
