/* SPDX-License-Identifier: ISC
 *
 * What a shard tells the accounts that cross shards. Notes of one shard are in event order; the
 * engine merges those of all shards by sequence, so that the crossing accounts see one order,
 * whatever the number of threads. */
#pragma once

#include "lib/track/features.h"

enum note_kind {
	NOTE_ZONE,     /* a client meets a zone for the first time */
	NOTE_NXDOMAIN, /* a zone that hardly anybody asks for does not exist */
	NOTE_REVERSE,  /* a client has asked twice as many IPv4 reverse names as when last told */
	NOTE_LEAK,     /* a new name below a zone that hardly anybody else asks for */
	NOTE_JUDGE,    /* a subject has grown enough to be judged; `features` says how it stands */
};

struct note {
	uint32_t seq; /* of the event in its batch */
	uint8_t kind;
	uint8_t
	    is_new_zone; /* NOTE_ZONE: nobody had asked for it within the horizon; NXDOMAIN: 1 */
	uint16_t site;
	uint32_t bits;   /* NOTE_LEAK: price; NOTE_ZONE: price of the registered label */
	uint32_t chars;  /* of the priced name; NOTE_REVERSE: queries */
	uint32_t excess; /* what of it is beyond an ordinary name of that length */
	uint32_t time_s;
	uint32_t features; /* NOTE_JUDGE: index in the shard's list */
	uint64_t client_hash, zone_hash, suffix_hash;
	uint8_t client[16];
	uint8_t rcode;
	bool is_reverse6;   /* NOTE_ZONE: a zone of IPv6 reverse names */
	bool is_first;      /* NOTE_LEAK: of its zone, by this client */
	bool is_mixed;      /* NOTE_ZONE: the name was asked in both cases */
	uint8_t suffix_len; /* NOTE_ZONE: of the suffix in `suffix` */
	uint8_t suffix[30]; /* wire form, of its last labels what fits */
};

enum { NOTES_MAX = 2 * BATCH_EVENTS, FEATURES_MAX = 1024 };
