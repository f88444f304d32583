/* SPDX-License-Identifier: ISC
 *
 * Messages to other machines, by libcurl: HTTP POSTs, and plain or TLS byte streams. Certificates
 * and host names are always verified. Everything ends within the timeout, and soon after *abandon
 * becomes true. */
#pragma once

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NET_BODY_MAX = 65536, NET_WHY_MAX = 160 };

struct net_limits {
	uint32_t timeout_s;
	const char *ca_file; /* PEM; NULL: the system's */
	const atomic_bool *abandon;
};

struct net_answer {
	long status;
	uint32_t retry_after_s; /* 0: not said */
	size_t len;
	char body[NET_BODY_MAX + 1]; /* ends in NUL; what is longer is cut */
};

struct net; /* a connection that is used again, for one thread */

struct net *net_new(void);
void net_free(struct net *n);

/* headers: "Name: value", NULL-terminated. False, with the reason in `why`, when no answer came. */
bool net_post(struct net *n, const struct net_limits *l, const char *url,
    const char *const *headers, const char *body, struct net_answer *ret, char why[NET_WHY_MAX]);

/* tcp://host:port or tls://host:port. An open stream is kept; one that the other side closed is
 * opened again. */
bool net_connect(
    struct net *n, const struct net_limits *l, const char *address, char why[NET_WHY_MAX]);
/* True when the other side's kernel has acknowledged all of it. Closes the stream otherwise. */
bool net_send(struct net *n, const struct net_limits *l, const char *bytes, size_t len,
    char why[NET_WHY_MAX]);
