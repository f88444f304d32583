/* SPDX-License-Identifier: ISC */
#include "app/alert/net.h"

#include <curl/curl.h>
#include <errno.h>
#include <linux/sockios.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <time.h>

enum { SLICE_MS = 100, CONNECT_S = 5, DRAIN_FIRST_MS = 1, URL_MAX = 512 };

struct net {
	CURL *http;
	CURL *stream; /* NULL: closed */
	curl_socket_t socket;
};

static void global_init(void)
{
	curl_global_init(CURL_GLOBAL_DEFAULT);
}

struct net *net_new(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;
	struct net *n = calloc(1, sizeof(*n));
	pthread_once(&once, global_init);
	if (n)
		n->http = curl_easy_init();
	if (n && n->http)
		return n;
	free(n);
	return NULL;
}

static void stream_close(struct net *n)
{
	curl_easy_cleanup(n->stream);
	n->stream = NULL;
}

void net_free(struct net *n)
{
	curl_easy_cleanup(n->http);
	stream_close(n);
	free(n);
}

static int64_t clock_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static int check_abandon(
    void *ctx, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
	(void)total, (void)now, (void)up_total, (void)up_now;
	return atomic_load((const atomic_bool *)ctx);
}

static void set_common(CURL *c, const struct net_limits *l)
{
	long timeout_s = l->timeout_s;
	union {
		const atomic_bool *flag;
		void *data;
	} abandon = {l->abandon};
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, timeout_s);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, timeout_s < CONNECT_S ? timeout_s : CONNECT_S);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(c, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
	curl_easy_setopt(c, CURLOPT_NOPROGRESS, 0L);
	curl_easy_setopt(c, CURLOPT_XFERINFOFUNCTION, check_abandon);
	curl_easy_setopt(c, CURLOPT_XFERINFODATA, abandon.data);
	if (l->ca_file)
		curl_easy_setopt(c, CURLOPT_CAINFO, l->ca_file);
}

static size_t take_body(char *bytes, size_t size, size_t n, void *ctx)
{
	struct net_answer *a = ctx;
	size_t all = size * n, room = NET_BODY_MAX - a->len, some = all < room ? all : room;
	memcpy(a->body + a->len, bytes, some);
	a->len += some;
	a->body[a->len] = 0;
	/* What is too long ends the transfer; a status has come by then. */
	return some;
}

bool net_post(struct net *n, const struct net_limits *l, const char *url,
    const char *const *headers, const char *body, struct net_answer *ret, char why[NET_WHY_MAX])
{
	struct curl_slist *list = NULL;
	curl_off_t retry_after = 0;

	*ret = (struct net_answer){.status = 0};
	curl_easy_reset(n->http);
	set_common(n->http, l);
	for (; *headers; headers++) {
		struct curl_slist *more = curl_slist_append(list, *headers);
		list = more ? more : list;
	}
	list = curl_slist_append(list, "Expect:");
	curl_easy_setopt(n->http, CURLOPT_URL, url);
	curl_easy_setopt(n->http, CURLOPT_HTTPHEADER, list);
	curl_easy_setopt(n->http, CURLOPT_USERAGENT, "dnshound");
	curl_easy_setopt(n->http, CURLOPT_POSTFIELDS, body);
	curl_easy_setopt(n->http, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)strlen(body));
	curl_easy_setopt(n->http, CURLOPT_WRITEFUNCTION, take_body);
	curl_easy_setopt(n->http, CURLOPT_WRITEDATA, ret);
	CURLcode code = curl_easy_perform(n->http);
	curl_slist_free_all(list);
	curl_easy_getinfo(n->http, CURLINFO_RESPONSE_CODE, &ret->status);
	curl_easy_getinfo(n->http, CURLINFO_RETRY_AFTER, &retry_after);
	ret->retry_after_s =
	    retry_after > 0 && retry_after < UINT32_MAX ? (uint32_t)retry_after : 0;
	if (code == CURLE_OK || (code == CURLE_WRITE_ERROR && ret->status))
		return true;
	snprintf(why, NET_WHY_MAX, "%s", curl_easy_strerror(code));
	return false;
}

/* Whether the other side has neither closed nor reset the connection. */
static bool is_alive(const struct net *n)
{
	char byte;
	ssize_t got = recv(n->socket, &byte, 1, MSG_PEEK | MSG_DONTWAIT);
	return got > 0 || (got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK));
}

bool net_connect(
    struct net *n, const struct net_limits *l, const char *address, char why[NET_WHY_MAX])
{
	bool tls = strncmp(address, "tls://", 6) == 0;
	char url[URL_MAX];

	if (n->stream && is_alive(n))
		return true;
	stream_close(n);
	n->stream = curl_easy_init();
	if (!n->stream) {
		snprintf(why, NET_WHY_MAX, "out of memory");
		return false;
	}
	/* curl opens the connection, with TLS for https, and leaves the rest to us. */
	snprintf(url, sizeof(url), "%s%s/", tls ? "https://" : "http://", address + 6);
	set_common(n->stream, l);
	curl_easy_setopt(n->stream, CURLOPT_URL, url);
	curl_easy_setopt(n->stream, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(n->stream, CURLOPT_PROXY, "");
	curl_easy_setopt(n->stream, CURLOPT_SSL_ENABLE_ALPN, 0L);
	CURLcode code = curl_easy_perform(n->stream);
	if (code == CURLE_OK)
		code = curl_easy_getinfo(n->stream, CURLINFO_ACTIVESOCKET, &n->socket);
	if (code == CURLE_OK)
		return true;
	snprintf(why, NET_WHY_MAX, "%s", curl_easy_strerror(code));
	stream_close(n);
	return false;
}

/* What the kernel holds back until the other side's has acknowledged it. */
static bool is_drained(const struct net *n)
{
	int left = 0;
	return ioctl(n->socket, SIOCOUTQ, &left) == 0 && left == 0;
}

bool net_send(
    struct net *n, const struct net_limits *l, const char *bytes, size_t len, char why[NET_WHY_MAX])
{
	int64_t until = clock_ms() + (int64_t)l->timeout_s * 1000;
	CURLcode code = CURLE_OK;
	int wait_ms = DRAIN_FIRST_MS;

	while (clock_ms() < until && !atomic_load(l->abandon)) {
		size_t sent = 0;
		if (len) {
			code = curl_easy_send(n->stream, bytes, len, &sent);
			bytes += sent;
			len -= sent;
		}
		if (code != CURLE_OK && code != CURLE_AGAIN)
			break;
		if (len == 0 && is_drained(n)) {
			if (is_alive(n))
				return true;
			break;
		}
		if (code == CURLE_AGAIN || len == 0) {
			struct pollfd p = {.fd = n->socket, .events = len ? POLLOUT : 0};
			poll(&p, 1, len ? SLICE_MS : wait_ms);
			wait_ms = wait_ms < SLICE_MS ? 2 * wait_ms : SLICE_MS;
		}
	}
	snprintf(why, NET_WHY_MAX, "%s",
	    code != CURLE_OK && code != CURLE_AGAIN ? curl_easy_strerror(code)
	    : len                                   ? "the receiver takes nothing"
	                                            : "the receiver closed the connection");
	stream_close(n);
	return false;
}
