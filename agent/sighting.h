/* SPDX-License-Identifier: ISC
 *
 * What the supervisor and the preload object hand to whoever reports: plain data, so that it can
 * lie in a ring between two threads. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	PROCESS_PARENTS = 8,
	PROCESS_COMM = 16, /* TASK_COMM_LEN */
	PROCESS_EXE = 512,
	PROCESS_CMDLINE = 1024,
	PROCESS_CGROUP = 256,
	MESSAGE_MAX = 65535 /* of DNS; what is longer is cut */
};

/* One image of a process: an exec makes another one of the same pid. */
struct process {
	uint32_t serial;      /* 1.., of this run */
	int32_t pid;          /* thread group */
	uint64_t start_ticks; /* since boot, in clock ticks: with the boot id, unique */
	uint32_t uid;
	uint32_t n_parents;
	int32_t parents[PROCESS_PARENTS]; /* parent first */
	bool cmdline_cut;
	char comm[PROCESS_COMM];
	char exe[PROCESS_EXE];
	char cmdline[PROCESS_CMDLINE]; /* arguments between blanks */
	char cgroup[PROCESS_CGROUP];
};

enum sighting_kind {
	SIGHTING_PROCESS,   /* a struct process follows; before its first message */
	SIGHTING_QUERY,     /* a DNS message that a process sends */
	SIGHTING_ANSWER,    /* one that it is about to receive */
	SIGHTING_NAME,      /* a name handed to the resolver library: a synthesised query */
	SIGHTING_PRIVILEGE, /* a program lost its set-user-ID or capabilities: its path follows */
	SIGHTING_BLIND      /* something that cannot be followed: enum blind in `detail` */
};

enum sighting_transport { SIGHTING_UDP, SIGHTING_TCP, SIGHTING_LIBRARY };

/* Why messages to a DNS port may have gone unseen. */
enum blind {
	BLIND_OUTSIDE, /* a socket outside the window was connected: its write()s are not trapped */
	BLIND_DUP,     /* a socket was copied out of the window */
	BLIND_URING,   /* io_uring was set up: what it sends passes no system call */
	BLIND_MEMORY,  /* the payload could not be read */
	BLIND_MANY,    /* more messages in one sendmmsg() than are looked at */
	BLIND_FRAMING, /* a TCP stream whose lengths make no sense */
	BLIND_LAG,     /* let through by the guardian */
	BLIND_RING,    /* reports lost because the reader was slow */
	BLIND_PRELOAD, /* names lost because the reader was slow, as the preload objects tell */
	BLIND_COUNT
};

struct sighting {
	uint32_t len; /* bytes behind this header */
	uint8_t kind, transport, detail, blocked;
	uint32_t process; /* serial, 0 = unknown */
	int32_t pid;
	int64_t time_ns;
	uint8_t client[16], server[16]; /* IPv4 as IPv4-mapped; zero where unknown */
	uint16_t client_port, server_port;
	uint32_t message_len; /* as sent; more than len where it was cut */
};
