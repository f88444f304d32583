/* SPDX-License-Identifier: ISC
 *
 * The verdict on one subject at one moment, with the reasons for it. */
#pragma once

#include "lib/judge/scorecard.h"

enum verdict_kind {
#define VERDICT_LIST(X)                                \
	X(SUSPICIOUS, "suspicious")                    \
	X(TUNNEL, "tunnel")                            \
	X(EXFILTRATION, "exfiltration")                \
	X(INFILTRATION, "infiltration")                \
	X(C2_BEACON, "c2-beacon")                      \
	X(NON_DNS, "non-dns")                          \
	X(DNS_BYPASS, "dns-bypass")                    \
	X(RANDOM_SUBDOMAINS, "random-subdomain-flood") \
	X(DGA, "dga")                                  \
	X(DECLARED, "declared-service")
#define X(id, text) VERDICT_##id,
	VERDICT_LIST(X)
#undef X
	    VERDICT_COUNT
};

enum severity { SEVERITY_INFO, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };

enum { SCORE_LOW = 25, SCORE_MEDIUM = 50, SCORE_HIGH = 60, SCORE_CRITICAL = 80 };

struct reason {
	uint8_t signal;
	int16_t points;
	int64_t value;
};

struct verdict {
	uint8_t score;
	uint8_t kind;     /* enum verdict_kind */
	uint8_t severity; /* enum severity */
	uint8_t n_reasons;
	struct reason reasons[SIGNAL_COUNT]; /* largest effect first */
};

void verdict_judge(struct verdict *v, const struct features *f, const struct scorecard *c,
    const struct budgets *b);

const char *verdict_text(enum verdict_kind k);
/* The ATT&CK technique that a verdict is evidence of. */
const char *verdict_attack(enum verdict_kind k);
const char *severity_text(enum severity s);
enum severity severity_of(unsigned score);
