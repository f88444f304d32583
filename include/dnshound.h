/* SPDX-License-Identifier: ISC
 *
 * libdnshound: finds data that leaves, and commands that arrive, through DNS.
 *
 * The library is pure: it opens nothing, starts nothing, reads no clock and keeps no globals.
 * Bytes and times are handed in, findings come out of a callback, memory is the caller's and
 * never grows. Errors are negative errno values; outputs are untouched on failure.
 *
 * This file is the whole public interface. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* What a chunk holds. */
enum dh_kind {
	DH_FRAMES,     /* packets from a link, frames[] */
	DH_DNSTAP,     /* dnstap protobuf payloads, frames[] (time and link type unused) */
	DH_DNS,        /* bare DNS messages, frames[] (link type unused) */
	DH_ZEEK_TSV,   /* whole lines of a Zeek dns.log; `header` holds its # lines */
	DH_JSON_LINES, /* whole lines of JSON: Zeek, EVE, found line by line */
	DH_MAPPED      /* whole lines of any log, as `mapping` says */
};

/* How the records of a log are to be read; lib/decode/mapped.h. */
struct dh_mapping;

/* One packet or message. data points into memory that stays valid until the chunk is consumed. */
struct dh_frame {
	const uint8_t *data;
	int64_t time_ns;   /* since the epoch */
	uint32_t caplen;   /* bytes at data */
	uint32_t len;      /* bytes the packet had on the wire */
	uint32_t linktype; /* LINKTYPE_ of tcpdump.org */
	uint32_t reserved;
};

#define DH_CHUNK_FRAMES 4096u /* frames in one chunk, at most */

/* A run of input from one source, cut at record boundaries: at most 256 KiB of bytes, or one
 * longer record (a line is at most 1 MiB). */
struct dh_chunk {
	enum dh_kind kind;
	uint16_t source; /* the caller's number of the input, below 65535 */
	uint16_t site;   /* addresses of two sites are two clients; 0 where there is one */
	const struct dh_frame *frames;
	size_t n_frames;
	const char *bytes;
	size_t len;
	/* DH_ZEEK_TSV: the # lines in force, '\n' separated; DH_MAPPED: the names of columns. */
	const char *header;
	size_t header_len;
	/* Live input: the clock. When no event brings the time, ticks fall due by it; a chunk may
	 * be nothing else. 0: only the events tell the time. */
	int64_t now_ns;
	/* Of lines: who sent them, IPv4-mapped, for those that name no client. NULL: nobody knows.
	 */
	const uint8_t *peer;
	const struct dh_mapping *mapping; /* DH_MAPPED only */
	/* DH_MAPPED: none of it was written later; for logs whose times have no year. 0: not known.
	 */
	int64_t written_ns;
};

/* The event time of one line of a chunk, in ns since the epoch, for merging logs; INT64_MIN when
 * the line has none that can be read. Of the chunk, only what says how lines are read counts. */
int64_t dh_line_time(const struct dh_chunk *chunk, const char *line, size_t len);

/* What a finding is about. */
enum dh_subject {
	DH_PAIR,  /* a client and a zone */
	DH_ZONE,  /* a zone over all its clients */
	DH_CLIENT /* a client over many zones, or over the new domains of a suffix */
};

/* What it looks like; docs/detection.md says how that is decided. */
enum dh_verdict {
	DH_SUSPICIOUS,
	DH_TUNNEL,
	DH_EXFILTRATION,
	DH_INFILTRATION,
	DH_C2_BEACON,
	DH_NON_DNS,
	DH_DNS_BYPASS,
	DH_RANDOM_SUBDOMAINS,
	DH_DGA,
	DH_DECLARED
};

enum dh_severity { DH_INFO, DH_LOW, DH_MEDIUM, DH_HIGH, DH_CRITICAL };

enum dh_confidence { DH_NONE, DH_CONSISTENT, DH_LIKELY, DH_EXACT };

/* The stable word of each, as in JSON; NULL for a number that is none. */
const char *dh_subject_text(enum dh_subject subject);
const char *dh_verdict_text(enum dh_verdict verdict);
const char *dh_severity_text(enum dh_severity severity);
const char *dh_confidence_text(enum dh_confidence confidence);

/* One line of the scorecard: with 50 the points add up to the score, cut to 0..100. */
struct dh_reason {
	const char *signal;
	const char *text; /* a sentence for people */
	int64_t value;    /* what the steps of the scorecard compare */
	int32_t points;
};

struct dh_count {
	const char *name;
	uint64_t count;
};

struct dh_detail {
	const char *key, *value;
};

/* Who asked, where a source tells. */
struct dh_process {
	const char *host, *comm, *exe;
	const char *cmdline; /* NULL: not known */
	int32_t pid;
};

/* Why the site accepts a finding. */
struct dh_allowed {
	const char *reason, *file;
	uint32_t line;
};

/* What leaked in one step of a time line. */
struct dh_step {
	uint64_t bytes_up, bytes_down;
};

/* A finding as it is told. size is sizeof(struct dh_finding) of the library that fills it in:
 * members are only ever added at the end. What pointers lead to lasts as long as the callback
 * that hands the finding over, or as whoever fills it in says. Texts that come from traffic are
 * printable ASCII, with everything else as \DDD, but may say anything. Times are nanoseconds since
 * the epoch, 0 where there is none; _100 is a number in hundredths. docs/json.md says what each
 * figure means. */
struct dh_finding {
	size_t size;
	enum dh_subject subject;
	enum dh_verdict verdict;
	enum dh_severity severity;
	enum dh_confidence confidence; /* of the finding as a whole, never DH_NONE */
	uint32_t score;                /* 0 to 100 */

	const char *id;     /* 16 hexadecimal digits, the same in every run */
	const char *sensor; /* where it was seen */
	const char *client; /* address; "" for DH_ZONE */
	const char *zone;   /* "evil.com", "*.com"; "-" without one, "*" for all */
	const char *transport;
	const char *const *servers;
	size_t n_servers;

	int64_t first_ns, last_ns;
	int64_t alerted_ns;      /* when the threshold was first reached; 0: never */
	uint64_t bytes_at_alert; /* leaked by then */
	uint64_t queries, responses;
	uint64_t unique_names, new_names;
	uint64_t bytes_up, bytes_down, bytes_opaque;
	uint64_t bound_up;
	uint32_t avg_subdomain_length_100, max_subdomain_length;
	uint32_t avg_name_length_100, max_name_length, max_labels;
	uint32_t entropy_100, bits_per_character_100;
	uint32_t nxdomain_permille;             /* of responses */
	uint32_t mean_gap_ms;                   /* between queries; 0: not known */
	uint32_t gap_spread_permille;           /* standard deviation / mean */
	uint32_t clients;                       /* of the zone */
	uint32_t zones;                         /* of the client */
	bool case_known;                        /* the source keeps the case of names */
	bool carvable;                          /* the payload of the tool can be given back */
	const struct dh_count *qtypes, *rcodes; /* of queries and of answers */
	size_t n_qtypes, n_rcodes;
	const char *const *samples; /* names */
	size_t n_samples;

	const char *tool; /* that it was recognised as, or NULL */
	enum dh_confidence tool_confidence;
	const struct dh_detail *tool_details;
	size_t n_tool_details;
	const char *encoding;      /* how names carry bytes, or NULL */
	const char *carve_command; /* what to run for its payload, or NULL */

	const struct dh_process *process; /* NULL: not known */
	const struct dh_allowed *allowed; /* NULL: it is not */
	const char *const *attack;        /* techniques of MITRE ATT&CK */
	size_t n_attack;
	const struct dh_reason *reasons; /* largest effect first */
	size_t n_reasons;

	const char *version, *scorecard_version, *model_version;

	/* Steps of equal length from the first leak to the last; together bytes_up and bytes_down.
	 * None of a zone or a client. */
	int64_t timeline_ns; /* when the first step begins */
	uint64_t timeline_step_ms;
	const struct dh_step *timeline;
	size_t n_timeline;
	/* For each sample, a letter for each of its characters: 'p' payload, 'c' constant, 'n' a
	 * counter, 'r' random and no payload, 'z' the zone, '.' between labels. */
	const char *const *sample_parts;
};

/* The version of the library, "1.2.3". */
const char *dh_version(void);

#ifdef __cplusplus
}
#endif
