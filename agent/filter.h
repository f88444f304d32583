/* SPDX-License-Identifier: ISC
 *
 * The seccomp filter that stops a system call for the supervisor to look at.
 *
 * It sees numbers, not what a descriptor is. So that not every write() need be trapped, socket()
 * is: the supervisor makes Internet sockets itself and hands them over inside a window of
 * descriptor numbers that is high enough to be free and below 1024, because select() takes no more
 * (FD_SETSIZE). Sends and writes are trapped in the window only. Datagram sockets fill its lower
 * part, streams the upper; of a stream, writes longer than FILTER_STREAM_MAX pass: no resolver
 * sends that much at once, but uploads do.
 *
 * Written by hand and not by libseccomp: it needs SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (or the
 * signals that Go's scheduler sends would interrupt every trapped call), which libseccomp knows
 * from 2.6 on; Debian 12 has 2.5.4. */
#pragma once

#include <linux/filter.h>
#include <stdbool.h>
#include <stddef.h>

#define FILTER_STREAM_MAX 16384u
enum { FILTER_ROOM = 128 };

struct filter_window {
	unsigned first;   /* of the datagram part */
	unsigned streams; /* of the stream part */
	unsigned end;     /* one behind; first == end: no window */
};

struct filter_options {
	struct filter_window window;
	bool all_writes; /* trap sends and writes on every descriptor */
	bool answers;    /* trap receiving on datagram sockets too */
	bool identity;   /* trap what changes user ids */
};

/* The window for a soft limit of RLIMIT_NOFILE. */
struct filter_window filter_window(unsigned long limit);

static inline bool filter_in_window(const struct filter_window *w, unsigned fd)
{
	return fd >= w->first && fd < w->end;
}

/* Write the program; its length. */
unsigned short filter_build(struct sock_filter code[FILTER_ROOM], const struct filter_options *o);

/* Put the calling thread under the filter. The listener's descriptor, or a negative errno. Tries
 * without no_new_privs first: who may do that (root) keeps set-user-ID programs working. */
int filter_install(const struct filter_options *o, bool *ret_no_new_privs);
