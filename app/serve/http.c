/* SPDX-License-Identifier: ISC */
#include "app/serve/http.h"

#include <errno.h>
#include <microhttpd.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CONNECTIONS = 64, PER_ADDRESS = 16, TIMEOUT_S = 10, CONNECTION_MEMORY = 16384 };
enum { STREAM_BLOCK = 16384, STACK_BYTES = 512 << 10 };

struct http {
	struct http_config config;
	struct MHD_Daemon *daemon;
};

/* A request on its way in, and a reply without an end on its way out. */
struct incoming {
	char *body;
	size_t len;
	bool is_long;
};

struct outgoing {
	char *(*next)(void *ctx);
	void *ctx;
	char *text;
	size_t len, at;
};

const char *http_header(const struct http_request *q, const char *name)
{
	return MHD_lookup_connection_value(q->connection, MHD_HEADER_KIND, name);
}

const char *http_query(const struct http_request *q, const char *name)
{
	return MHD_lookup_connection_value(q->connection, MHD_GET_ARGUMENT_KIND, name);
}

static ssize_t give_next(void *cls, uint64_t pos, char *buf, size_t max)
{
	struct outgoing *o = cls;
	(void)pos;
	if (o->at == o->len) {
		free(o->text);
		o->text = o->next(o->ctx);
		if (!o->text)
			return MHD_CONTENT_READER_END_OF_STREAM;
		o->at = 0;
		o->len = strlen(o->text);
	}
	size_t n = o->len - o->at < max ? o->len - o->at : max;
	memcpy(buf, o->text + o->at, n);
	o->at += n;
	return (ssize_t)n;
}

static void free_outgoing(void *cls)
{
	struct outgoing *o = cls;
	free(o->text);
	free(o);
}

static struct MHD_Response *response_of(struct http_reply *r)
{
	if (!r->next)
		return MHD_create_response_from_buffer(r->len, r->body, MHD_RESPMEM_MUST_FREE);
	struct outgoing *o = calloc(1, sizeof(*o));
	if (!o)
		return NULL;
	o->next = r->next;
	o->ctx = r->next_ctx;
	return MHD_create_response_from_callback(
	    MHD_SIZE_UNKNOWN, STREAM_BLOCK, give_next, o, free_outgoing);
}

static enum MHD_Result answer(struct MHD_Connection *to, struct http_reply *r, bool methods)
{
	struct MHD_Response *response = response_of(r);
	if (!response) {
		free(r->body);
		return MHD_NO;
	}
	MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, r->type);
	MHD_add_response_header(response, "X-Content-Type-Options", "nosniff");
	MHD_add_response_header(response, MHD_HTTP_HEADER_CACHE_CONTROL, "no-store");
	for (unsigned i = 0; i < r->n_headers; i++)
		MHD_add_response_header(response, r->headers[i].name, r->headers[i].value);
	if (methods)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, "GET, HEAD");
	enum MHD_Result done = MHD_queue_response(to, r->status, response);
	MHD_destroy_response(response);
	return done;
}

static enum MHD_Result say(struct MHD_Connection *to, unsigned status, const char *text)
{
	struct http_reply r = {status, "text/plain; charset=utf-8", strdup(text), strlen(text)};
	return r.body ? answer(to, &r, status == MHD_HTTP_METHOD_NOT_ALLOWED) : MHD_NO;
}

static void gather(struct incoming *in, size_t max, const char *bytes, size_t n)
{
	if (in->is_long || n > max - in->len) {
		in->is_long = true;
		return;
	}
	if (!in->body)
		in->body = calloc(1, max + 1);
	if (!in->body)
		in->is_long = true;
	else
		memcpy(in->body + in->len, bytes, n);
	in->len += in->is_long ? 0 : n;
}

static enum MHD_Result take_any(void *cls, struct MHD_Connection *to, const char *url,
    const char *method, const char *version, const char *upload, size_t *upload_size, void **state)
{
	struct http *h = cls;
	struct incoming *in = *state;
	struct http_reply reply = {.status = MHD_HTTP_OK, .type = "text/plain; charset=utf-8"};
	(void)version;

	if (!in) {
		*state = calloc(1, sizeof(*in));
		return *state ? MHD_YES : MHD_NO;
	}
	if (*upload_size) {
		gather(in, h->config.body_max, upload, *upload_size);
		*upload_size = 0;
		return MHD_YES;
	}
	struct http_request q = {.method = method,
	    .path = url,
	    .body = in->body ? in->body : "",
	    .body_len = in->len,
	    .is_long = in->is_long,
	    .connection = to};
	h->config.handle(h->config.ctx, &q, &reply);
	if (!reply.body && !reply.next)
		return say(to, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
	return answer(to, &reply, false);
}

static void completed(void *cls, struct MHD_Connection *connection, void **state,
    enum MHD_RequestTerminationCode code)
{
	struct incoming *in = *state;
	(void)cls, (void)connection, (void)code;
	if (in)
		free(in->body);
	free(in);
	*state = NULL;
}

static enum MHD_Result take(void *cls, struct MHD_Connection *to, const char *url,
    const char *method, const char *version, const char *upload, size_t *upload_size, void **state)
{
	static int seen_head;
	struct http *h = cls;
	(void)version, (void)upload;

	/* First the head alone; a body, which nobody asked for, is passed over. */
	if (!*state) {
		*state = &seen_head;
		return MHD_YES;
	}
	if (*upload_size) {
		*upload_size = 0;
		return MHD_YES;
	}
	if (strcmp(method, MHD_HTTP_METHOD_GET) != 0 && strcmp(method, MHD_HTTP_METHOD_HEAD) != 0)
		return say(to, MHD_HTTP_METHOD_NOT_ALLOWED, "only GET and HEAD\n");
	for (size_t i = 0; i < h->config.n_routes; i++) {
		const struct http_route *route = &h->config.routes[i];
		struct http_reply reply = {.status = MHD_HTTP_OK, .type = "text/plain"};
		if (strcmp(route->path, url) != 0)
			continue;
		route->handle(route->ctx, &reply);
		if (!reply.body)
			return say(to, MHD_HTTP_INTERNAL_SERVER_ERROR, "out of memory\n");
		return answer(to, &reply, false);
	}
	return say(to, MHD_HTTP_NOT_FOUND, "there is nothing here\n");
}

static void be_quiet(void *ctx, const char *format, va_list ap)
{
	(void)ctx, (void)format, (void)ap;
}

static int listen_on(const char *address, char *why, size_t size)
{
	char host[256];
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE}, *list;
	const char *colon = strrchr(address, ':'), *from = address;
	size_t len = colon ? (size_t)(colon - address) : 0;
	int fd = -1, one = 1, error;

	if (!colon) {
		snprintf(why, size, "%s: an address is HOST:PORT", address);
		return -EINVAL;
	}
	if (from[0] == '[' && len > 2) {
		from++;
		len -= 2;
	}
	snprintf(host, sizeof(host), "%.*s", (int)len, from);
	error = getaddrinfo(*host ? host : NULL, colon + 1, &hints, &list);
	if (error) {
		snprintf(why, size, "%s: %s", address, gai_strerror(error));
		return -EINVAL;
	}
	fd = socket(list->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0)
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	error = fd < 0 || bind(fd, list->ai_addr, list->ai_addrlen) != 0 || listen(fd, 64) != 0
	            ? -errno
	            : 0;
	freeaddrinfo(list);
	if (!error)
		return fd;
	snprintf(why, size, "%s: %s", address, strerror(-error));
	if (fd >= 0)
		close(fd);
	return error;
}

int http_start(struct http **ret, const struct http_config *c, char *why, size_t size)
{
	struct http *h = calloc(1, sizeof(*h));
	int fd = c->listen_fd >= 0 ? c->listen_fd : listen_on(c->listen, why, size);

	if (!h || fd < 0) {
		free(h);
		return fd < 0 ? fd : -ENOMEM;
	}
	h->config = *c;
	unsigned connections = c->connections ? c->connections : CONNECTIONS;
	struct MHD_OptionItem more[] = {{c->handle ? MHD_OPTION_NOTIFY_COMPLETED : MHD_OPTION_END,
	                                    (intptr_t)(c->handle ? completed : NULL), NULL},
	    {MHD_OPTION_THREAD_STACK_SIZE, STACK_BYTES, NULL}, {MHD_OPTION_END, 0, NULL}};
	h->daemon = MHD_start_daemon(
	    MHD_USE_INTERNAL_POLLING_THREAD |
	        (c->handle ? MHD_USE_THREAD_PER_CONNECTION | MHD_USE_POLL : MHD_USE_AUTO),
	    0, NULL, NULL, c->handle ? take_any : take, h, MHD_OPTION_ARRAY, more,
	    MHD_OPTION_LISTEN_SOCKET, fd, MHD_OPTION_CONNECTION_LIMIT, connections,
	    MHD_OPTION_PER_IP_CONNECTION_LIMIT, c->handle ? connections : (unsigned)PER_ADDRESS,
	    MHD_OPTION_CONNECTION_TIMEOUT, (unsigned)(c->timeout_s ? c->timeout_s : TIMEOUT_S),
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, (size_t)CONNECTION_MEMORY,
	    MHD_OPTION_EXTERNAL_LOGGER, be_quiet, NULL, MHD_OPTION_END);
	if (h->daemon) {
		*ret = h;
		return 0;
	}
	snprintf(why, size, "the HTTP server cannot start");
	close(fd);
	free(h);
	return -EIO;
}

void http_stop(struct http *h)
{
	MHD_stop_daemon(h->daemon);
	free(h);
}

uint16_t http_port(const struct http *h)
{
	const union MHD_DaemonInfo *info =
	    MHD_get_daemon_info(h->daemon, MHD_DAEMON_INFO_LISTEN_FD);
	struct sockaddr_storage a = {.ss_family = AF_UNSPEC};
	socklen_t len = sizeof(a);
	if (!info || getsockname(info->listen_fd, (struct sockaddr *)&a, &len) != 0)
		return 0;
	return ntohs(a.ss_family == AF_INET6
	                 ? ((const struct sockaddr_in6 *)(const void *)&a)->sin6_port
	                 : ((const struct sockaddr_in *)(const void *)&a)->sin_port);
}
