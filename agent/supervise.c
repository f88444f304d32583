/* SPDX-License-Identifier: ISC */
#include "agent/supervise.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "agent/notify.h"
#include "agent/procfs.h"
#include "agent/remote.h"
#include "agent/socket.h"
#include "lib/base/assert.h"

enum { MESSAGES_MAX = 16, FOREIGN_STREAMS_MAX = 64, PATH_ROOM = 4096 };

struct supervisor {
	struct supervise_options o;
	struct supervise_stats stats;
	struct known_table known;
	struct framing framing;
	uint8_t payload[MESSAGE_MAX];
};

/* What a handler wants to happen with the call. */
enum outcome { GO_ON, REFUSED, ANSWERED };

/* A stopped call while it is looked at. */
struct stop {
	struct supervisor *s;
	const struct seccomp_notif *n;
	struct known *k;
	bool noted;
	bool refused;
	struct sighting head; /* of the message at hand */
};

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static bool is_dns_port(const struct supervisor *s, uint16_t port)
{
	for (unsigned i = 0; i < s->o.n_ports; i++)
		if (s->o.ports[i] == port)
			return true;
	return false;
}

static uint64_t arg(const struct stop *p, unsigned i)
{
	return p->n->data.args[i];
}

static unsigned fd_of(const struct stop *p)
{
	return (unsigned)arg(p, 0);
}

/* Who it is goes before what it did. */
static void introduce(struct stop *p)
{
	struct process details;
	if (p->k->told || procfs_read(p->k->pid, &details) < 0)
		return;
	details.serial = p->k->serial;
	struct sighting head = {.kind = SIGHTING_PROCESS,
	    .len = sizeof(details),
	    .process = p->k->serial,
	    .pid = p->k->pid,
	    .time_ns = now_ns()};
	p->k->told = ring_put(p->s->o.ring, &head, &details);
	p->noted = true;
}

static void note(
    struct stop *p, enum sighting_kind kind, uint8_t detail, const void *body, size_t len)
{
	introduce(p);
	struct sighting head = {.kind = (uint8_t)kind,
	    .detail = detail,
	    .len = (uint32_t)len,
	    .process = p->k->serial,
	    .pid = p->k->pid,
	    .time_ns = now_ns()};
	ring_put(p->s->o.ring, &head, body);
	p->noted = true;
}

static void take_message(void *ctx, const uint8_t *message, size_t len)
{
	struct stop *p = ctx;
	introduce(p);
	p->head.kind = SIGHTING_QUERY;
	p->head.process = p->k->serial;
	p->head.pid = p->k->pid;
	p->head.time_ns = now_ns();
	p->head.len = p->head.message_len = (uint32_t)len;
	p->head.blocked = p->s->o.refuse && p->s->o.refuse(p->s->o.refuse_ctx, &p->head, message);
	p->refused |= p->head.blocked;
	ring_put(p->s->o.ring, &p->head, message);
	p->noted = true;
}

static void head_of_peer(struct stop *p, const struct socket_peer *peer)
{
	p->head = (struct sighting){.transport = peer->is_stream ? SIGHTING_TCP : SIGHTING_UDP,
	    .client_port = peer->client_port,
	    .server_port = peer->server_port};
	memcpy(p->head.client, peer->client, 16);
	memcpy(p->head.server, peer->server, 16);
}

/* Whether what is sent on fd goes to a DNS port: to the address that the call names, or else to
 * the peer. */
static bool goes_to_dns(
    struct stop *p, unsigned fd, const struct sockaddr_storage *to, struct socket_peer *peer)
{
	const struct filter_window *w = &p->s->o.filter.window;
	uint8_t server[16];
	uint16_t port;

	*peer = (struct socket_peer){.server_port = 0};
	if (to) {
		if (!socket_address(to, server, &port) || !is_dns_port(p->s, port))
			return false;
		if (filter_in_window(w, fd) && fd < w->streams) {
			memcpy(peer->server, server, 16);
			peer->server_port = port;
			head_of_peer(p, peer);
			return true;
		}
	}
	if (!socket_peer(p->k, fd, peer)) {
		note(p, SIGHTING_BLIND, BLIND_MEMORY, NULL, 0);
		return false;
	}
	if (to && !peer->server_port) {
		memcpy(peer->server, server, 16);
		peer->server_port = port;
	}
	if (!is_dns_port(p->s, peer->server_port)) {
		if (filter_in_window(w, fd) && fd >= w->streams &&
		    ++p->k->foreign_streams >= FOREIGN_STREAMS_MAX)
			p->k->streams_outside = true;
		return false;
	}
	head_of_peer(p, peer);
	return true;
}

static void take_payload(struct stop *p, const struct socket_peer *peer, size_t len)
{
	/* The memory was that of whoever stopped, if it is still stopped. */
	if (!notify_is_waiting(p->s->o.listener, p->n->id))
		return;
	p->s->stats.sends++;
	if (!peer->is_stream) {
		take_message(p, p->s->payload, len);
		return;
	}
	uint64_t bad = p->s->framing.bad;
	framing_feed(&p->s->framing, peer->cookie, p->s->payload, len, take_message, p);
	if (p->s->framing.bad != bad)
		note(p, SIGHTING_BLIND, BLIND_FRAMING, NULL, 0);
}

static size_t at_most(uint64_t len)
{
	return len < MESSAGE_MAX ? (size_t)len : MESSAGE_MAX;
}

static enum outcome verdict(const struct stop *p)
{
	return p->refused ? REFUSED : GO_ON;
}

/* write(), send() */
static enum outcome on_write(struct stop *p)
{
	struct socket_peer peer;
	size_t len = at_most(arg(p, 2));
	if (!goes_to_dns(p, fd_of(p), NULL, &peer))
		return GO_ON;
	if (remote_read((int32_t)p->n->pid, arg(p, 1), p->s->payload, len))
		take_payload(p, &peer, len);
	else
		note(p, SIGHTING_BLIND, BLIND_MEMORY, NULL, 0);
	return verdict(p);
}

static enum outcome on_sendto(struct stop *p)
{
	struct socket_peer peer;
	struct sockaddr_storage to = {0};
	size_t len = at_most(arg(p, 2));

	if (!arg(p, 4))
		return on_write(p);
	if (!remote_pair((int32_t)p->n->pid, arg(p, 4), arg(p, 5) & 0xffffffff, &to, arg(p, 1),
	        p->s->payload, len)) {
		note(p, SIGHTING_BLIND, BLIND_MEMORY, NULL, 0);
		return GO_ON;
	}
	if (goes_to_dns(p, fd_of(p), &to, &peer))
		take_payload(p, &peer, len);
	return verdict(p);
}

static void take_vectors(
    struct stop *p, const struct socket_peer *peer, const struct iovec *v, size_t n)
{
	size_t whole;
	size_t got = remote_gather((int32_t)p->n->pid, v, n, p->s->payload, MESSAGE_MAX, &whole);
	if (got < whole && got < MESSAGE_MAX)
		note(p, SIGHTING_BLIND, BLIND_MEMORY, NULL, 0);
	else
		take_payload(p, peer, got);
}

static enum outcome on_writev(struct stop *p)
{
	struct socket_peer peer;
	struct iovec v[REMOTE_VECTORS];
	size_t n = (size_t)arg(p, 2);

	if (!goes_to_dns(p, fd_of(p), NULL, &peer))
		return GO_ON;
	if (remote_vectors((int32_t)p->n->pid, arg(p, 1), &n, v))
		take_vectors(p, &peer, v, n);
	else
		note(p, SIGHTING_BLIND, BLIND_MEMORY, NULL, 0);
	return verdict(p);
}

static void take_msghdr(struct stop *p, const struct msghdr *m)
{
	struct socket_peer peer;
	struct sockaddr_storage to = {0};
	struct iovec v[REMOTE_VECTORS];
	int32_t tid = (int32_t)p->n->pid;
	size_t n = m->msg_iovlen, address_len = m->msg_namelen;
	bool named = m->msg_name && address_len;

	if (address_len > sizeof(to))
		address_len = sizeof(to);
	if ((named && !remote_read(tid, (uintptr_t)m->msg_name, &to, address_len)) ||
	    !remote_vectors(tid, (uintptr_t)m->msg_iov, &n, v))
		note(p, SIGHTING_BLIND, BLIND_MEMORY, NULL, 0);
	else if (goes_to_dns(p, fd_of(p), named ? &to : NULL, &peer))
		take_vectors(p, &peer, v, n);
}

static enum outcome on_sendmsg(struct stop *p)
{
	struct msghdr m;
	if (remote_read((int32_t)p->n->pid, arg(p, 1), &m, sizeof(m)))
		take_msghdr(p, &m);
	return verdict(p);
}

static enum outcome on_sendmmsg(struct stop *p)
{
	struct mmsghdr m[MESSAGES_MAX];
	unsigned n = (unsigned)arg(p, 2);

	if (n > MESSAGES_MAX) {
		note(p, SIGHTING_BLIND, BLIND_MANY, NULL, 0);
		n = MESSAGES_MAX;
	}
	if (remote_read((int32_t)p->n->pid, arg(p, 1), m, n * sizeof(*m)))
		for (unsigned i = 0; i < n; i++)
			take_msghdr(p, &m[i].msg_hdr);
	return verdict(p);
}

static enum outcome on_socket(struct stop *p)
{
	int type = (int)arg(p, 1);
	bool is_stream = (type & 0xf) == SOCK_STREAM;

	p->s->stats.sockets++;
	if (is_stream && p->k->streams_outside)
		return GO_ON;
	unsigned at = socket_free_number(p->k, &p->s->o.filter.window, is_stream);
	int fd = at ? socket_make(p->k, (int)arg(p, 0), type, (int)arg(p, 2)) : -EMFILE;
	if (fd < 0)
		return GO_ON;
	int error = notify_give(p->s->o.listener, p->n->id, fd, at, type & SOCK_CLOEXEC);
	close(fd);
	if (error)
		return GO_ON;
	p->s->stats.placed++;
	return ANSWERED;
}

/* Outside the window: what it will write() is not seen. */
static enum outcome on_connect(struct stop *p)
{
	struct sockaddr_storage to = {0};
	uint8_t server[16];
	uint16_t port;
	size_t len = (size_t)(arg(p, 2) & 0xffffffff);

	if (!remote_read((int32_t)p->n->pid, arg(p, 1), &to, len < sizeof(to) ? len : sizeof(to)) ||
	    !socket_address(&to, server, &port) || !is_dns_port(p->s, port))
		return GO_ON;
	p->k->streams_outside = false;
	if (!p->s->o.filter.all_writes)
		note(p, SIGHTING_BLIND, BLIND_OUTSIDE, NULL, 0);
	return GO_ON;
}

static enum outcome on_dup(struct stop *p)
{
	struct socket_peer peer;
	if (goes_to_dns(p, fd_of(p), NULL, &peer))
		note(p, SIGHTING_BLIND, BLIND_DUP, NULL, 0);
	return GO_ON;
}

static enum outcome on_receive(struct stop *p)
{
	struct socket_peer peer;
	unsigned long flags = p->n->data.nr == SYS_recvfrom  ? arg(p, 3)
	                      : p->n->data.nr == SYS_recvmsg ? arg(p, 2)
	                                                     : 0;
	if (flags & (MSG_PEEK | MSG_ERRQUEUE))
		return GO_ON;
	size_t len = socket_peek(p->k, fd_of(p), p->s->payload, MESSAGE_MAX, &peer);
	if (!len || !is_dns_port(p->s, peer.server_port))
		return GO_ON;
	introduce(p);
	head_of_peer(p, &peer);
	p->head.kind = SIGHTING_ANSWER;
	p->head.process = p->k->serial;
	p->head.pid = p->k->pid;
	p->head.time_ns = now_ns();
	p->head.len = p->head.message_len = (uint32_t)len;
	ring_put(p->s->o.ring, &p->head, p->s->payload);
	p->noted = true;
	return GO_ON;
}

/* Most that exec have asked nothing yet: for them nothing is looked up. */
static enum outcome on_exec(struct stop *p)
{
	char path[PATH_ROOM];
	bool at = p->n->data.nr == SYS_execveat;
	int32_t tid = (int32_t)p->n->pid;

	p->k = known_peek(&p->s->known, tid);
	if (p->k)
		known_changes(&p->s->known, p->k);
	if (!p->s->o.no_new_privs || !remote_text(tid, arg(p, at ? 1 : 0), path, sizeof(path)))
		return GO_ON;
	int fd = procfs_open_program(tid, at ? (int)arg(p, 0) : AT_FDCWD, path);
	if (fd < 0)
		return GO_ON;
	if (procfs_has_privilege(fd)) {
		struct sighting head = {.kind = SIGHTING_PRIVILEGE,
		    .len = (uint32_t)strlen(path),
		    .pid = tid,
		    .time_ns = now_ns()};
		ring_put(p->s->o.ring, &head, path);
		p->noted = true;
	}
	close(fd);
	return GO_ON;
}

static enum outcome on_identity(struct stop *p)
{
	p->k->netns = 0;
	p->k->fsuid = UINT32_MAX;
	return GO_ON;
}

static enum outcome on_uring(struct stop *p)
{
	note(p, SIGHTING_BLIND, BLIND_URING, NULL, 0);
	return GO_ON;
}

static const struct {
	int nr;
	enum outcome (*fn)(struct stop *p);
} handlers[] = {
    {SYS_sendmmsg, on_sendmmsg},
    {SYS_sendto, on_sendto},
    {SYS_write, on_write},
    {SYS_socket, on_socket},
    {SYS_sendmsg, on_sendmsg},
    {SYS_writev, on_writev},
    {SYS_connect, on_connect},
    {SYS_recvfrom, on_receive},
    {SYS_recvmsg, on_receive},
    {SYS_recvmmsg, on_receive},
    {SYS_read, on_receive},
    {SYS_dup, on_dup},
    {SYS_dup3, on_dup},
#ifdef SYS_dup2
    {SYS_dup2, on_dup},
#endif
    {SYS_setns, on_identity},
    {SYS_unshare, on_identity},
    {SYS_setuid, on_identity},
    {SYS_setreuid, on_identity},
    {SYS_setresuid, on_identity},
    {SYS_setfsuid, on_identity},
    {SYS_io_uring_setup, on_uring},
};

static enum outcome handle(struct stop *p)
{
	if (p->n->data.nr == SYS_execve || p->n->data.nr == SYS_execveat)
		return on_exec(p);
	p->k = known_find(&p->s->known, (int32_t)p->n->pid);
	if (!p->k)
		return GO_ON;
	for (unsigned i = 0; i < sizeof(handlers) / sizeof(handlers[0]); i++)
		if (handlers[i].nr == p->n->data.nr)
			return handlers[i].fn(p);
	return GO_ON;
}

void supervise_run(struct supervisor *s)
{
	struct shared *shared = s->o.shared;

	for (;;) {
		memset(shared->room, 0, sizeof(shared->room));
		int error = notify_receive(s->o.listener, &shared->notif);
		if (error == -EINTR)
			continue;
		if (error) {
			/* One that died while it waited, or the last of all. */
			struct pollfd p = {.fd = s->o.listener, .events = POLLIN};
			if (error != -ENOENT ||
			    (poll(&p, 1, 0) > 0 && (p.revents & (POLLHUP | POLLERR))))
				return;
			continue;
		}
		struct stop p = {.s = s, .n = &shared->notif};
		uint64_t id = p.n->id;
		enum outcome outcome = handle(&p);
		if (outcome == GO_ON)
			notify_continue(s->o.listener, id);
		else if (outcome == REFUSED)
			notify_refuse(s->o.listener, id, EPERM);
		atomic_fetch_add(&shared->answered, 1);
		s->stats.calls++;
		if (p.noted)
			ring_wake(s->o.ring);
	}
}

struct supervisor *supervise_new(const struct supervise_options *o)
{
	struct supervisor *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->o = *o;
	dh_assert(o->n_ports <= SUPERVISE_PORTS);
	known_init(&s->known);
	if (!o->no_sync)
		notify_set_sync(o->listener);
	return s;
}

void supervise_free(struct supervisor *s)
{
	known_done(&s->known);
	free(s);
}

const struct supervise_stats *supervise_stats(const struct supervisor *s)
{
	return &s->stats;
}
