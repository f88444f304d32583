/* SPDX-License-Identifier: ISC
 *
 * What names that repeat can still carry: which of a fixed codebook comes next, in which type,
 * after how long. Nothing new is asked, so the price of names is blind to it; Paxson et al. (USENIX
 * Security 2013) bound it by compressing the order. Here a predictor stands for the compressor: it
 * guesses the next name from the last one, the next type and gap from the last ones, and only what
 * it does not guess costs anything. A machine that polls a fixed list is guessed after one round;
 * a codebook that carries data is not, or it would carry none.
 *
 * The result is an upper bound, "at most so many bytes", and kept apart from the leak. */
#pragma once

#include "lib/track/decay.h"

struct bound {
	uint8_t next_name[256]; /* by a byte of the last name's hash: that of the name after it */
	uint8_t next_type[16];
	uint8_t next_gap[64];
	uint8_t name, type, gap; /* the last ones */
	uint8_t names_seen[32];  /* bit of each byte that came as a name, */
	uint16_t n_names;        /* and how many there are */
	uint16_t types_seen;
	uint32_t queries;
	int64_t last_ns;
	struct sums sums;  /* up: names, down: types and gaps; 1/256 bit */
	struct sums cases; /* up: letters of names in both cases */
};

/* Count one query; its time ages the sums. letters: of a name in both cases, else 0. */
void bound_query(struct bound *b, uint64_t name_hash, uint16_t qtype, unsigned letters,
    int64_t time_ns, const struct decay *d);
