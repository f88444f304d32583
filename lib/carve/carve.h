/* SPDX-License-Identifier: ISC
 *
 * Carving gives back what was carried in the names and answers of one pair (client, zone).
 * A carver is fed the pair's events in the order of the capture and hands out items: packets,
 * pieces of streams and files, what the handshake told, and every gap with its position. It
 * keeps nothing that grows: all its memory is handed in, and what it cannot hold back any longer
 * it reports as a gap. Retransmits, duplicates over several resolvers and reordering within its
 * window are its business, not the caller's.
 *
 * The same data can be seen twice, in a query and in the question of its response: feed both. */
#pragma once

#include "lib/base/hash.h"
#include "lib/decode/event.h"

enum carve_kind {
	CARVE_PACKET, /* one whole IP packet in data */
	CARVE_STREAM, /* data belongs at offset of the stream */
	CARVE_FILE,   /* data belongs at offset of the file; text "filename" names it, if known */
	CARVE_TEXT,   /* key = data: what the tool told about itself */
	CARVE_GAP,    /* something is missing here; key says of what */
};

enum carve_way { CARVE_UP, CARVE_DOWN };

struct carve_item {
	enum carve_kind kind;
	enum carve_way way;
	uint32_t stream;  /* which session, stream or file, numbered by the carver */
	uint64_t offset;  /* in bytes of what was handed out so far; of a gap: where it lies */
	uint64_t missing; /* GAP: how much, in the units that key names; 0 when not known */
	int64_t time_ns;  /* of the event that completed it */
	uint64_t event;   /* its number, as the caller gave it */
	const char *key;  /* TEXT and GAP: a stable name; else NULL */
	struct view data; /* valid during the call; hostile bytes, TEXT too */
};

struct carve_sink {
	void (*item)(void *ctx, const struct carve_item *item);
	void *ctx;
};

struct carve_options {
	struct hash_key key;  /* for tables: an attacker chooses the names */
	struct view password; /* for tools that encrypt with one; empty: none */
};

/* One event as carvers see it. Views last as long as the call. */
struct carve_event {
	struct view name;    /* qname, wire form, original case; empty without one */
	struct view answers; /* packed records, see struct answer */
	struct view payload; /* EV_NOT_DNS: the bytes that a DNS port carried */
	int64_t time_ns;
	uint64_t number; /* running number, for manifests */
	uint16_t qtype;
	uint16_t flags; /* enum event_flag */
	uint8_t rcode;
	uint8_t top_at; /* where in the name the tunnel's own domain begins, see top.h */
};

struct carve_event carve_event_of(
    const struct batch *b, const struct event *e, uint8_t top_at, uint64_t number);

struct carver {
	const char *name;
	size_t (*size)(void);
	/* mem: size() bytes, aligned for any type, and like options' views kept until finish(). */
	void *(*init)(void *mem, const struct carve_sink *sink, const struct carve_options *o);
	void (*feed)(void *state, const struct carve_event *e);
	/* Hand out what is held back, and the gaps in it. The state is dead afterwards. */
	void (*finish)(void *state);
};

extern const struct carver carver_iodine;
extern const struct carver carver_dns2tcp;
extern const struct carver carver_dnscat2;
extern const struct carver carver_generic;
extern const struct carver carver_dnsteal;
extern const struct carver carver_dnsexfiltrator;
extern const struct carver carver_dns_shell;
extern const struct carver carver_tuns;
extern const struct carver carver_ozymandns;
extern const struct carver carver_saitama;
extern const struct carver carver_det;
extern const struct carver carver_tcp_over_dns;
extern const struct carver carver_packetwhisper;
