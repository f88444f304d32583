/* SPDX-License-Identifier: ISC
 *
 * Recognising tunnel and exfiltration tools by what they put on the wire. Each family of tools has
 * a file of its own in this folder (family.h); this is what the rest of the program sees of them.
 */
#pragma once

#include "lib/track/recognise.h"

enum tool {
	TOOL_NONE,
#define TOOL_LIST(X)                      \
	X(IODINE, iodine)                 \
	X(DNS2TCP, dns2tcp)               \
	X(DNSCAT2, dnscat2)               \
	X(DNSEXFILTRATOR, dnsexfiltrator) \
	X(DET, det)                       \
	X(DNSTEAL, dnsteal)               \
	X(OZYMANDNS, ozymandns)           \
	X(TUNS, tuns)                     \
	X(SAITAMA, saitama)               \
	X(SLIVER, sliver)                 \
	X(COBALTSTRIKE, cobaltstrike)     \
	X(DNSTT, dnstt)                   \
	X(SLIPSTREAM, slipstream)         \
	X(TCP_OVER_DNS, tcp_over_dns)     \
	X(HEYOKA, heyoka)                 \
	X(DNSCAPY, dnscapy)               \
	X(DNS_SHELL, dns_shell)           \
	X(WEASEL, weasel)                 \
	X(PACKETWHISPER, packetwhisper)   \
	X(DNSPOT, dnspot)
#define X(id, family) TOOL_##id,
	TOOL_LIST(X)
#undef X
	    TOOL_COUNT
};

/* What the traffic of a tool amounts to. */
enum tool_purpose { PURPOSE_TUNNEL, PURPOSE_EXFILTRATION, PURPOSE_BEACON };

const char *tool_name(enum tool t);
enum tool_purpose tool_purpose(enum tool t);
/* "exact", "likely", "consistent"; "none". */
const char *tool_confidence_text(enum confidence c);

enum { TOOL_DETAILS = 10, TOOL_DETAIL_MAX = 64 };

/* What is known of a tool beyond its name. Values come from the traffic: they hold printable ASCII
 * and nothing else, but may say anything. */
struct tool_detail {
	const char *key;
	char value[TOOL_DETAIL_MAX];
};

struct tool_claim {
	uint8_t tool;       /* enum tool; TOOL_NONE: nothing below is set */
	uint8_t confidence; /* enum confidence */
	uint8_t n_details;
	const char *encoding; /* how names carry bytes, "hex", "base32" ...; NULL: not known */
	struct tool_detail details[TOOL_DETAILS];
};

/* What the state of a pair says. */
void tool_claim(const void *state, struct tool_claim *ret);

/* For track_config. Its state is struct tool_state of family.h. */
extern const struct recogniser tool_recogniser;
