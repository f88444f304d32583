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
	DH_FRAMES,    /* packets from a link, frames[] */
	DH_DNSTAP,    /* dnstap protobuf payloads, frames[] (time and link type unused) */
	DH_DNS,       /* bare DNS messages, frames[] (link type unused) */
	DH_ZEEK_TSV,  /* whole lines of a Zeek dns.log; `header` holds its # lines */
	DH_JSON_LINES /* whole lines of JSON: Zeek, EVE, found line by line */
};

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
	const char *header; /* DH_ZEEK_TSV: the # lines in force, '\n' separated */
	size_t header_len;
	/* Live input: the clock. When no event brings the time, ticks fall due by it; a chunk may be
	 * nothing else. 0: only the events tell the time. */
	int64_t now_ns;
	/* Of lines: who sent them, IPv4-mapped, for those that name no client. NULL: nobody knows. */
	const uint8_t *peer;
};

/* The event time of one line, in ns since the epoch, for merging logs; INT64_MIN when the line
 * has none that can be read. */
int64_t dh_line_time(
    enum dh_kind kind, const char *header, size_t header_len, const char *line, size_t len);

#ifdef __cplusplus
}
#endif
