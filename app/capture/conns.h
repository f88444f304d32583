/* SPDX-License-Identifier: ISC
 *
 * A listening stream socket and the connections that came of it, as one feeder. What a protocol
 * (tap.c, listener.c) makes of the bytes is a function; everything about many and hostile peers is
 * here: how many there may be, what an unfinished record may hold, who says nothing for too long.
 *
 * Bytes are received into the slot that goes on to be judged; a connection owns memory only for
 * the record that it has not finished, so thousands of silent ones cost little. */
#pragma once

#include <sys/types.h>

#include "app/capture/feeder.h"
#include "app/capture/fstrm.h"

struct conns;
struct tls_server;
struct tls_session;

struct conn {
	int fd;          /* -1: a free place */
	uint32_t n_kept; /* bytes that were received and not used */
	uint8_t *kept;
	struct tls_session *tls;
	int64_t since_ns, heard_ns;
	uint8_t peer[16]; /* IPv4-mapped; the loopback address for a local socket */
	bool has_more;    /* what is kept is worth a look without anything new */
	bool is_full;     /* the protocol: there was more than one chunk takes */
	bool is_proven;   /* has sent something that makes sense */
	union {
		struct fstrm tap;
		struct {
			bool is_skipping; /* inside a line that is too long */
		} lines;
	} state;
};

struct conns_protocol {
	enum dh_kind kind;
	/* Lay len bytes at slot->bytes out as a chunk (len and n_frames 0: nothing whole yet); how
	 * many of them are used, or a negative errno to end the connection. */
	ssize_t (*take)(struct conns *c, struct conn *conn, struct chunk_slot *slot, size_t len);
};

struct conns_options {
	struct feeder_options feeder;
	int listen_fd;    /* stays the caller's */
	uint32_t max;     /* connections */
	uint32_t idle_s;  /* silence before the end; 0: for ever. Dead peers are found by TCP */
	uint32_t proof_s; /* time for the first thing that makes sense */
	size_t max_kept;  /* bytes of unfinished records, of all connections together */
	struct tls_server *tls; /* NULL: none; stays the caller's */
};

struct conns {
	struct feeder feeder;
	struct conns_options options;
	const struct conns_protocol *protocol;
	void *ctx; /* of the protocol */
	struct conn *table;
	uint32_t *free;
	uint32_t n_free;
	size_t kept;
	int wake; /* eventfd: readable while a connection has more */
	uint32_t n_more;
	bool is_paused; /* no more descriptors: no accepting until the next second */
};

/* NULL: no memory, or no descriptors. */
struct feeder *conns_feeder(
    const struct conns_options *o, const struct conns_protocol *protocol, void *ctx);
/* A few bytes back to the peer. A peer that does not take them is not waited for: false. */
bool conns_answer(struct conn *conn, const uint8_t *p, size_t len);
