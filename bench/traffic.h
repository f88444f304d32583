/* SPDX-License-Identifier: ISC
 *
 * Traffic for measuring: transactions drawn from a small model of a site, the same for the same
 * seed, and the forms in which a sensor would have seen them. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define ANSWERS_MAX 4
#define RDATA_MAX 220

struct answer_record {
	uint16_t type, len;
	uint32_t ttl;
	uint8_t rdata[RDATA_MAX];
};

struct transaction {
	int64_t time_us;
	uint32_t rtt_us;
	uint8_t client[4], server[4];
	uint16_t port, id, qtype;
	uint8_t qname[255], qname_len; /* wire form */
	uint8_t rcode, n_answers;
	bool is_tcp, has_edns;
	struct answer_record answers[ANSWERS_MAX];
};

struct traffic {
	uint64_t random; /* state of the generator */
	uint64_t n;      /* transactions drawn */
	int64_t time_us;
	uint32_t gap_us;
	uint32_t clients, zones;
	unsigned tunnel_permille, flood_permille, tcp_permille;
};

void traffic_next(struct traffic *t, struct transaction *ret);

/* The form of a file: a header, then each transaction as one or two records. */
struct form {
	const char *name;
	void (*begin)(FILE *f);
	void (*write)(FILE *f, const struct transaction *t);
	void (*end)(FILE *f);
};

extern const struct form forms[];
extern const unsigned n_forms;
