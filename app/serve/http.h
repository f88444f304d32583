/* SPDX-License-Identifier: ISC
 *
 * A small HTTP server (libmicrohttpd, a thread of its own): GET and HEAD of a fixed list of paths.
 * Bounded in connections and in time. It knows no users: bind it to the loopback interface, or put
 * something before it that does. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct http_reply {
	unsigned status;  /* 200 */
	const char *type; /* "text/plain; charset=utf-8" */
	char *body;       /* of malloc(), taken over */
	size_t len;
};

struct http_route {
	const char *path;
	/* Called from the server's thread. */
	void (*handle)(void *ctx, struct http_reply *ret);
	void *ctx;
};

struct http_config {
	const char *listen;              /* "127.0.0.1:9353", "[::1]:9353"; port 0: any */
	int listen_fd;                   /* a socket that somebody opened; -1: use `listen` */
	uint32_t connections;            /* 0: 64 */
	uint32_t timeout_s;              /* 0: 10 */
	const struct http_route *routes; /* must stay */
	size_t n_routes;
};

struct http;

/* Zero or a negative errno, with a sentence in `why`. */
int http_start(struct http **ret, const struct http_config *c, char *why, size_t size);
void http_stop(struct http *h);
/* The port in use. */
uint16_t http_port(const struct http *h);
