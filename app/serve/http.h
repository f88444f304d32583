/* SPDX-License-Identifier: ISC
 *
 * A small HTTP server (libmicrohttpd): GET and HEAD of a fixed list of paths in a thread of its
 * own, or requests of any kind to one handler with a thread for each connection. Bounded in
 * connections, in time and in what it reads. It knows no users: bind it to the loopback interface,
 * or put something before it that does (web.h). */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { HTTP_HEADERS = 8, HTTP_VALUE_MAX = 320 };

struct http_reply {
	unsigned status;  /* 200 */
	const char *type; /* "text/plain; charset=utf-8" */
	char *body;       /* of malloc(), taken over */
	size_t len;
	struct {
		const char *name;
		char value[HTTP_VALUE_MAX];
	} headers[HTTP_HEADERS]; /* beside those that all replies have */
	unsigned n_headers;
	/* A reply without an end, instead of body: gives the next piece, a string of malloc(), and
	 * may wait a second for it; NULL ends the reply. */
	char *(*next)(void *ctx);
	void *next_ctx;
};

struct http_request {
	const char *method, *path;
	const char *body; /* NUL behind it */
	size_t body_len;
	bool is_long;     /* there was more than body_max: the body is not whole */
	void *connection; /* private */
};

/* A header, or a parameter behind the question mark (decoded); NULL when there is none. */
const char *http_header(const struct http_request *q, const char *name);
const char *http_query(const struct http_request *q, const char *name);

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
	/* Instead of routes: every request, from a thread of its connection. */
	void (*handle)(void *ctx, const struct http_request *q, struct http_reply *ret);
	void *ctx;
	size_t body_max;
};

struct http;

/* Zero or a negative errno, with a sentence in `why`. */
int http_start(struct http **ret, const struct http_config *c, char *why, size_t size);
void http_stop(struct http *h);
/* The port in use. */
uint16_t http_port(const struct http *h);
