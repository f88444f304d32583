/* SPDX-License-Identifier: ISC
 *
 * A subject in numbers, at one moment: what the judge sees. Plain data without pointers, so that
 * a subject can be judged at the very event that made it worth judging while its shard moves on. */
#pragma once

#include "lib/track/evidence.h"
#include "lib/track/suffix.h"

enum subject {
	SUBJECT_PAIR,   /* a client and a zone */
	SUBJECT_ZONE,   /* a zone over all clients */
	SUBJECT_CLIENT, /* a client over all rare zones */
	SUBJECT_SUFFIX, /* a client over the new registered domains of a suffix ("*.com") */
};

struct features {
	uint64_t key; /* of the subject: the same for every judgement of it */
	uint64_t client_hash, zone_hash;
	uint8_t subject;    /* enum subject */
	uint8_t zone_class; /* enum zone_class */
	uint16_t site;
	uint8_t client[16];

	int64_t time_ns; /* of the event that caused the judgement */
	int64_t first_ns, last_ns;
	uint64_t queries, responses, unique, measured;
	uint64_t bytes_up, bytes_down, opaque_down, extra_up, extra_down, raw_up, raw_down;
	uint32_t
	    bound_up; /* at most, in the order, types and gaps of repeated names; slowest scale */
	uint32_t bound_case; /* the same in the case of their letters; part of bound_up where the
	                      * client does not mix the case of all it asks */
	uint32_t up[SCALES], down[SCALES];           /* decayed, restated, bytes */
	uint32_t peak_up[SCALES], peak_down[SCALES]; /* the largest that those ever were */

	uint32_t mean_sub_len, max_sub_len, max_name_len, max_labels;
	uint32_t mean_sub_len_100, mean_name_len_100; /* 1/100 character */
	uint32_t entropy;                             /* mean over names, 1/256 bit a character */
	uint32_t symbol_bits; /* entropy over all symbols of the subject, 1/256 bit */
	uint32_t symbols_used;
	uint32_t bits_per_char;   /* up, 1/256 bit: what a character of its names costs */
	uint32_t unique_permille; /* distinct names / queries */
	uint32_t opaque_permille; /* queries of types that carry opaque answers */
	uint32_t nxdomain_permille, empty_permille; /* of responses with a known rcode */
	uint32_t answered_permille;                 /* responses / queries */
	uint32_t digest_permille; /* names with a label of just a digest's hexadecimal length */
	uint32_t long_label_permille, encoded_permille, non_ascii_permille, case_permille;
	uint32_t opaque_answer_permille; /* responses that brought new opaque data */
	uint32_t mean_answer;
	uint32_t min_ttl;
	uint32_t mean_gap_ms, gap_spread_permille; /* standard deviation / mean */
	uint32_t search_permille;
	uint32_t types;             /* distinct */
	uint32_t zone_clients;      /* linear counting, up to 250 */
	uint32_t zone_age_s;        /* since the zone was first seen, at this moment */
	uint32_t zone_up;           /* decayed at the longest scale, over all clients, bytes */
	uint32_t top_permille;      /* SUBJECT_CLIENT: what the largest zone has of the whole */
	uint32_t names_per_zone;    /* SUBJECT_CLIENT: mean over the zones it told any */
	uint32_t client_breadth;    /* distinct zones of the client; filled in by the engine */
	uint32_t client_reverse6;   /* of those, IPv6 reverse zones */
	uint32_t client_reverse4;   /* its queries for IPv4 reverse names, about */
	uint32_t days;              /* of the last ZONE_DAYS, that brought the zone new names */
	uint16_t service;           /* 1 + index in the catalogue, 0 = none */
	uint8_t service_direction;  /* enum service_direction */
	uint32_t service_day_bytes; /* ordinary there */
	uint32_t service_permille;  /* of what goes up, in names that have the service's shape */
	uint32_t service_odd;       /* names below its suffix with another shape */
	uint8_t tool, confidence;   /* see struct recognised */
	bool case_known;
};

/* The features of a promoted pair. */
void features_pair(struct features *f, const struct evidence *v, const struct pair *p,
    const struct zone *z, int64_t time_ns);

/* The features of a zone over all its clients: little more than its sums. */
void features_zone(struct features *f, const struct zone *z, int64_t time_ns);
