/* SPDX-License-Identifier: ISC
 *
 * From the engine's finding to the public one: figures as they are, everything else as text. The
 * texts lie in the caller's struct; no part of them is shared with the engine, so that a finding
 * that was told may be kept. */
#pragma once

#include "include/dnshound.h"
#include "lib/base/address.h"
#include "lib/carve/layout.h"
#include "lib/decode/name.h"
#include "lib/engine/engine.h"

enum {
	PUBLISH_REASON_MAX = 512,
	PUBLISH_ZONE_MAX = NAME_TEXT_MAX + 2,
	PUBLISH_ID_MAX = 17,
	PUBLISH_WORD_MAX = 24,
};

struct published {
	struct dh_finding f;
	char id[PUBLISH_ID_MAX], client[ADDRESS_TEXT_MAX], zone[PUBLISH_ZONE_MAX];
	const char *servers[EVIDENCE_SERVERS], *samples[EVIDENCE_SAMPLES], *attack[1];
	char server_texts[EVIDENCE_SERVERS][ADDRESS_TEXT_MAX];
	char sample_texts[EVIDENCE_SAMPLES][NAME_TEXT_MAX];
	struct dh_count qtypes[EVIDENCE_TYPES], rcodes[EVIDENCE_RCODES];
	char qtype_texts[EVIDENCE_TYPES][PUBLISH_WORD_MAX];
	char rcode_texts[EVIDENCE_RCODES][PUBLISH_WORD_MAX];
	struct tool_claim claim;
	struct dh_detail details[TOOL_DETAILS];
	struct dh_reason reasons[SIGNAL_COUNT];
	char reason_texts[SIGNAL_COUNT][PUBLISH_REASON_MAX];
	struct dh_step timeline[TIMELINE_STEPS];
	const char *parts[EVIDENCE_SAMPLES];
	char part_texts[EVIDENCE_SAMPLES][NAME_TEXT_MAX];
};

/* All but what the engine does not know: f.carvable, f.process and f.allowed stay empty. f points
 * into *p: a copy of it is another thing. */
void publish_finding(struct published *p, const struct engine_config *c, const struct finding *f);
/* The same without reasons, which cost most: for tables over many pairs. */
void publish_figures(struct published *p, const struct finding *f);

/* Tell the parts of p's samples by more names of the pair than the samples themselves. scratch: n
 * numbers. */
void publish_parts(struct published *p, const struct evidence *v, const struct subdomain *names,
    size_t n, uint64_t *scratch);

/* Text of a finding's zone: "evil.com", "-", "*.com", "*". */
void publish_zone(const struct finding *f, char buf[PUBLISH_ZONE_MAX]);
/* The sentence of reason i of the finding's verdict. */
void publish_reason(
    const struct engine_config *c, const struct finding *f, unsigned i, char *buf, size_t size);
/* A record type's name, or TYPE65399 (RFC 3597). */
void publish_type(uint16_t type, char buf[PUBLISH_WORD_MAX]);
