/* SPDX-License-Identifier: ISC
 *
 * Packets of an interface, by libpcap: on Linux a ring shared with the kernel (TPACKET_V3). The
 * ring is asked without waiting: a blocking pcap_dispatch() need not honour its timeout while
 * nothing arrives.
 *
 * A handle is opened with privileges and read without them, by the process that forks after it was
 * opened: where one stands in the ring is known to one reader only. */
#pragma once

#include "app/capture/feeder.h"

struct live;

struct live_options {
	const char *interface; /* "any": all of them */
	const char *filter;    /* BPF, as tcpdump takes it; "" for none */
	bool promiscuous;
	uint32_t buffer_bytes;
	uint32_t snaplen;
	uint16_t fanout; /* not 0: handles with this number share the packets, by flow */
};

enum { LIVE_ERROR_MAX = 320 };

/* Zero, or a negative errno and a sentence for people in error[LIVE_ERROR_MAX]. */
int live_open(struct live **ret_live, const struct live_options *o, char *error);
void live_close(struct live *l);
/* What the filter says is looked at without opening anything: NULL when it is well, else what is
 * wrong with it (valid until the next call). */
const char *live_check_filter(const char *filter);

/* A reader of the handle, which stays the caller's. NULL: no memory. */
struct feeder *live_feeder(struct live *l, const struct feeder_options *o);
