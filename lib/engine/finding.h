/* SPDX-License-Identifier: ISC
 *
 * A subject as it is told to people: how it stands now, the worst it was judged, and when. */
#pragma once

#include "lib/judge/verdict.h"
#include "lib/track/account.h"

struct finding {
	struct features now;
	struct verdict verdict; /* the highest score it reached, with that moment's reasons */
	struct features judged; /* what that verdict was based on */
	int64_t alerted_ns;     /* when it first reached the threshold; 0 = never */
	uint64_t bytes_at_alert;
	uint8_t zone[255]; /* wire form; zone_len 0 for "-" */
	uint8_t zone_len;
	const struct evidence *evidence; /* NULL for zones and accounts */
	const struct account *account;   /* NULL for pairs and zones */
};

/* The worst judgement of each subject that was ever at least low. Evicts the lowest score. */
struct judged {
	int64_t alerted_ns;
	uint64_t bytes_at_alert;
	uint8_t score;
	struct features features;
};
