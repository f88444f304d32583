/* SPDX-License-Identifier: ISC
 *
 * What the writers of the formats share. All texts in here but samples are clean (rules_clean()).
 */
#pragma once

#include "app/alert/rules.h"
#include "app/alert/rules_name.h"

enum { RULES_PAIRS_MAX = 16, RULES_SAMPLES_MAX = 8, RULES_WORD = 48 };

/* Two addresses of one family, as inet_ntop() writes them. */
struct rules_pair {
	char client[RULES_WORD], server[RULES_WORD];
	bool is_v6;
	uint32_t expire_s; /* 0: that of the options */
};

/* A zone, or what was sent past the DNS. */
struct rules_entry {
	bool has_name;
	struct rules_name name;
	char shown[160]; /* the name for comments */
	char verdict[RULES_WORD], tool[RULES_WORD], client[RULES_WORD], id[RULES_WORD];
	char reason[160];  /* one sentence */
	char comment[280]; /* instead of one made of the above; "": none */
	enum dh_severity severity;
	uint32_t score, findings;
	bool is_accepted; /* allowed by the site, or a declared service */
	bool is_direct;   /* no zone: what matters is who talks to whom */
	struct rules_pair pairs[RULES_PAIRS_MAX];
	unsigned n_pairs;
	struct rules_name samples[RULES_SAMPLES_MAX];
	unsigned n_samples;
};

/* A trait of a tool: what a sensor can look for without knowing the zone. */
struct rules_trait {
	const char *tool, *key, *title;
	const char *regex; /* of the whole name in lower case (RE2 and PCRE), no quotes or
	                      slashes or semicolons; NULL: any */
	const char *types[4];
	uint32_t min_length;     /* of the name */
	uint32_t count, seconds; /* distinct names of one client; 0: one is enough */
	enum dh_severity severity;
};

extern const struct rules_trait rules_traits[];
extern const unsigned rules_traits_n;

/* The number of a type that traits name. */
unsigned rules_type_number(const char *type);

/* What a writer is given. */
struct rules_job {
	const struct rules_options *options;
	FILE *to;
	const struct rules_entry *const *entries; /* those that the format can hold */
	unsigned n_entries;
	const struct rules_trait *const *traits;
	unsigned n_traits;
	uint32_t *sids; /* room for those of all rules */
	unsigned n_sids;
};

void rules_suricata(struct rules_job *j);
void rules_sigma(struct rules_job *j);
void rules_kql(struct rules_job *j);
void rules_spl(struct rules_job *j);
void rules_rpz(struct rules_job *j);
void rules_unbound(struct rules_job *j);
void rules_dnsmasq(struct rules_job *j);
void rules_hosts(struct rules_job *j);
void rules_nft(struct rules_job *j);

/* "2026-11-21" */
void rules_date(int64_t now_ns, char buf[11]);
/* UUID version 5 (RFC 9562) of dnshound's rules: the same name, the same id, everywhere. */
void rules_uuid(const char *name, char buf[37]);
/* A serial of a zone: seconds since the epoch, which rise until 2106 (RFC 1982). */
uint32_t rules_serial(int64_t now_ns);
