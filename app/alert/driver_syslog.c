/* SPDX-License-Identifier: ISC
 *
 * Syslog: RFC 5424, over UDP (RFC 5426), TCP (RFC 6587, counted octets) and TLS (RFC 5425), and to
 * the local daemon in the old form (RFC 3164) that its socket expects. Syslog has no answer: over
 * TCP and TLS an event counts as told when the other side's kernel has acknowledged it. */
#include <errno.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "app/alert/driver.h"
#include "app/alert/format.h"
#include "app/alert/net.h"

enum {
	FACILITY_LOCAL0 = 16,
	DATAGRAM_MAX = 8000, /* what rsyslog and syslog-ng take without being told */
	STREAM_MAX = 60000,
	HEAD_MAX = 400,
};

struct syslog {
	struct driver_context context;
	struct net *net;
	int fd; /* datagrams */
	char host[256];
};

static bool is_stream(const char *address)
{
	return strncmp(address, "tcp://", 6) == 0 || strncmp(address, "tls://", 6) == 0;
}

static bool is_local(const char *address)
{
	return strncmp(address, "local", 5) == 0;
}

static void *syslog_open(const struct driver_context *c)
{
	struct syslog *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->context = *c;
	s->fd = -1;
	if (gethostname(s->host, sizeof(s->host) - 1) != 0 || !*s->host)
		strcpy(s->host, "-");
	s->net = is_stream(c->sink->address) ? net_new() : NULL;
	if (!s->net && is_stream(c->sink->address)) {
		free(s);
		return NULL;
	}
	return s;
}

static void syslog_close(void *driver)
{
	struct syslog *s = driver;
	if (s->net)
		net_free(s->net);
	if (s->fd >= 0)
		close(s->fd);
	free(s);
}

/* Informational .. critical as severities of RFC 5424. */
static unsigned priority(const struct sink_config *c, const struct event_facts *e)
{
	static const unsigned severities[] = {6, 5, 4, 3, 2};
	unsigned facility = c->facility ? c->facility : FACILITY_LOCAL0;
	unsigned rank = e->severity_rank >= 0 && e->severity_rank <= DH_CRITICAL
	                    ? (unsigned)e->severity_rank
	                    : 0;
	return facility * 8 + severities[rank];
}

static void print_head(const struct syslog *s, const struct event_facts *e, char head[HEAD_MAX])
{
	char when[40];
	time_t now = (time_t)(e->time_ms / 1000);
	struct tm tm;

	if (!is_local(s->context.sink->address)) {
		/* The host name is this machine's; ids are of our own making. */
		snprintf(head, HEAD_MAX, "<%u>1 %s %s dnshound %d %s [dnshound@32473 id=\"%s\"] ",
		    priority(s->context.sink, e), *e->time ? e->time : "-", s->host, (int)getpid(),
		    e->event, e->id);
		return;
	}
	localtime_r(&now, &tm);
	strftime(when, sizeof(when), "%b %e %H:%M:%S", &tm);
	snprintf(head, HEAD_MAX, "<%u>%s dnshound[%d]: ", priority(s->context.sink, e), when,
	    (int)getpid());
}

/* head, message and, on streams, its length before it; a string of malloc(). */
static char *print_message(const struct syslog *s, const struct delivery *d, size_t *ret_len)
{
	const struct sink_config *c = s->context.sink;
	bool stream = is_stream(c->address);
	static const struct format_options none;
	struct event_facts e;
	char head[HEAD_MAX], *body, *message = NULL;
	int len;

	event_read(&e, d->event);
	print_head(s, &e, head);
	if (c->format == FORMAT_JSON)
		body = format_within(d->event, (stream ? STREAM_MAX : DATAGRAM_MAX) - strlen(head));
	else
		body = format_event(c->format, d->event, &none);
	if (!body)
		return NULL;
	if (stream)
		len = asprintf(&message, "%zu %s%s", strlen(head) + strlen(body), head, body);
	else
		len = asprintf(&message, "%s%s", head, body);
	free(body);
	if (len < 0)
		return NULL;
	*ret_len = !stream && len > DATAGRAM_MAX ? DATAGRAM_MAX : (size_t)len;
	return message;
}

static bool open_local(struct syslog *s, const char *address)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	const char *path = address[5] == ':' ? address + 6 : "/dev/log";
	if (strlen(path) >= sizeof(a.sun_path)) {
		errno = ENAMETOOLONG;
		return false;
	}
	memcpy(a.sun_path, path, strlen(path));
	s->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return s->fd >= 0 && connect(s->fd, (const struct sockaddr *)&a, sizeof(a)) == 0;
}

static bool open_udp(struct syslog *s, const char *address)
{
	char host[256];
	struct addrinfo hints = {.ai_socktype = SOCK_DGRAM}, *list = NULL;
	const char *from = address + 6, *colon = strrchr(from, ':');
	size_t len = (size_t)(colon - from);

	if (from[0] == '[' && len > 2) { /* [2001:db8::1]:514 */
		from++;
		len -= 2;
	}
	snprintf(host, sizeof(host), "%.*s", (int)len, from);
	errno = EHOSTUNREACH;
	if (getaddrinfo(host, colon + 1, &hints, &list) != 0)
		return false;
	for (const struct addrinfo *a = list; a && s->fd < 0; a = a->ai_next) {
		s->fd = socket(a->ai_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
		if (s->fd >= 0 && connect(s->fd, a->ai_addr, a->ai_addrlen) != 0) {
			close(s->fd);
			s->fd = -1;
		}
	}
	freeaddrinfo(list);
	return s->fd >= 0;
}

static bool send_datagram(struct syslog *s, const char *message, size_t len, struct delivery *d)
{
	const struct sink_config *c = s->context.sink;
	struct timeval limit = {.tv_sec = c->timeout_s};
	bool opened = s->fd >= 0 ||
	              (is_local(c->address) ? open_local(s, c->address) : open_udp(s, c->address));
	if (opened)
		setsockopt(s->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
	if (opened && send(s->fd, message, len, MSG_NOSIGNAL) == (ssize_t)len)
		return true;
	snprintf(d->why, sizeof(d->why), "%s: %s", c->address, strerror(errno));
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
	return false;
}

static enum delivered syslog_deliver(void *driver, struct delivery *d)
{
	struct syslog *s = driver;
	const struct sink_config *c = s->context.sink;
	struct net_limits limits = {c->timeout_s, c->ca_file, s->context.abandon};
	size_t len;
	char *message = print_message(s, d, &len);
	bool sent;

	if (!message)
		return DELIVER_LATER;
	if (s->net)
		sent = net_connect(s->net, &limits, c->address, d->why) &&
		       net_send(s->net, &limits, message, len, d->why);
	else
		sent = send_datagram(s, message, len, d);
	free(message);
	return sent ? DELIVERED : DELIVER_LATER;
}

static bool syslog_check(const struct sink_config *c, char *why, size_t size)
{
	const char *a = c->address ? c->address : "";
	bool known = is_local(a) || strncmp(a, "udp://", 6) == 0 || is_stream(a);
	if (known && (is_local(a) || strrchr(a, ':') > a + 5) && c->facility < 24)
		return true;
	snprintf(why, size,
	    c->facility < 24 ? "the address of a syslog sink is udp://HOST:PORT, "
	                       "tcp://HOST:PORT, tls://HOST:PORT or local"
	                     : "a syslog facility is a number from 0 to 23");
	return false;
}

const struct driver driver_syslog = {
    .name = "syslog",
    .default_format = FORMAT_CEF,
    .formats =
        1 << FORMAT_JSON | 1 << FORMAT_ECS | 1 << FORMAT_OCSF | 1 << FORMAT_EVE | 1 << FORMAT_CEF,
    .open = syslog_open,
    .deliver = syslog_deliver,
    .close = syslog_close,
    .check = syslog_check,
};
