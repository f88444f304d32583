/* SPDX-License-Identifier: ISC */
#include "app/capture/conns.h"

#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "app/capture/tls.h"
#include "lib/base/assert.h"

/* What one turn may do before others have theirs. */
#define ACCEPTS 64
#define TURNS 256
#define SECOND_NS 1000000000
/* A peer that is gone without a word is noticed after so long. */
#define KEEPALIVE_IDLE_S 60
#define KEEPALIVE_EVERY_S 15

/* epoll: the listening socket, the eventfd, or the connection in that place. */
#define TAG_LISTEN UINT32_MAX
#define TAG_WAKE (UINT32_MAX - 1)

static int watch(struct conns *c, int how, int fd, uint32_t tag)
{
	struct epoll_event e = {.events = EPOLLIN, .data.u32 = tag};
	return epoll_ctl(c->feeder.fd, how, fd, &e);
}

static void set_more(struct conns *c, struct conn *conn, bool has_more)
{
	eventfd_t v;
	if (conn->has_more == has_more)
		return;
	conn->has_more = has_more;
	if (has_more && c->n_more++ == 0)
		(void)eventfd_write(c->wake, 1);
	else if (!has_more && --c->n_more == 0)
		(void)eventfd_read(c->wake, &v);
}

static void drop_kept(struct conns *c, struct conn *conn)
{
	c->kept -= conn->n_kept;
	free(conn->kept);
	conn->kept = NULL;
	conn->n_kept = 0;
}

static void end(struct conns *c, struct conn *conn)
{
	set_more(c, conn, false);
	drop_kept(c, conn);
	if (conn->tls)
		tls_session_free(conn->tls);
	close(conn->fd); /* leaves the epoll as well */
	conn->fd = -1;
	c->free[c->n_free++] = (uint32_t)(conn - c->table);
	c->feeder.counts.connections--;
}

static int64_t clock_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * SECOND_NS + t.tv_nsec;
}

static void peer_of(const struct sockaddr_storage *a, uint8_t ret[16])
{
	static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff}, local[4] = {127, 0, 0, 1};
	memcpy(ret, mapped, 12);
	memcpy(ret + 12, local, 4);
	if (a->ss_family == AF_INET)
		memcpy(ret + 12, &((const struct sockaddr_in *)(const void *)a)->sin_addr, 4);
	else if (a->ss_family == AF_INET6)
		memcpy(ret, &((const struct sockaddr_in6 *)(const void *)a)->sin6_addr, 16);
}

/* With no place left, whoever came first and never said anything makes room. */
static bool make_room(struct conns *c)
{
	struct conn *oldest = NULL;
	for (uint32_t i = 0; i < c->options.max; i++) {
		struct conn *conn = &c->table[i];
		if (conn->fd >= 0 && !conn->is_proven &&
		    (!oldest || conn->since_ns < oldest->since_ns))
			oldest = conn;
	}
	if (!oldest)
		return false;
	end(c, oldest);
	c->feeder.counts.broken++;
	return true;
}

static void keep_alive(int fd)
{
	const int one = 1, idle = KEEPALIVE_IDLE_S, every = KEEPALIVE_EVERY_S, times = 4;
	setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &one, sizeof(one));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, sizeof(idle));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPINTVL, &every, sizeof(every));
	setsockopt(fd, IPPROTO_TCP, TCP_KEEPCNT, &times, sizeof(times));
}

static void admit(struct conns *c, int fd, const struct sockaddr_storage *from)
{
	if (c->n_free == 0 && !make_room(c)) {
		close(fd);
		c->feeder.counts.refused++;
		return;
	}
	uint32_t at = c->free[c->n_free - 1];
	struct conn *conn = &c->table[at];
	struct tls_session *tls = c->options.tls ? tls_session_new(c->options.tls, fd) : NULL;
	if ((c->options.tls && !tls) || watch(c, EPOLL_CTL_ADD, fd, at) < 0) {
		if (tls)
			tls_session_free(tls);
		close(fd);
		c->feeder.counts.refused++;
		return;
	}
	int64_t now = clock_ns();
	c->n_free--;
	*conn = (struct conn){.fd = fd, .tls = tls, .since_ns = now, .heard_ns = now};
	peer_of(from, conn->peer);
	if (from->ss_family != AF_UNIX)
		keep_alive(fd);
	c->feeder.counts.accepted++;
	c->feeder.counts.connections++;
}

static void accept_some(struct conns *c)
{
	for (unsigned i = 0; i < ACCEPTS; i++) {
		struct sockaddr_storage from = {0};
		socklen_t len = sizeof(from);
		int fd = accept4(c->options.listen_fd, (struct sockaddr *)&from, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd >= 0) {
			admit(c, fd, &from);
			continue;
		}
		if (errno == ECONNABORTED || errno == EINTR)
			continue;
		if (errno != EAGAIN) {
			watch(c, EPOLL_CTL_DEL, c->options.listen_fd, TAG_LISTEN);
			c->is_paused = true;
		}
		return;
	}
}

/* Keep what lies at p for the next time; false when that is too much. */
static bool keep(struct conns *c, struct conn *conn, const uint8_t *p, size_t len)
{
	drop_kept(c, conn);
	if (len == 0)
		return true;
	if (c->kept + len > c->options.max_kept)
		return false;
	conn->kept = malloc(len);
	if (!conn->kept)
		return false;
	memcpy(conn->kept, p, len);
	conn->n_kept = (uint32_t)len;
	c->kept += len;
	return true;
}

static ssize_t receive(struct conn *conn, uint8_t *p, size_t room)
{
	if (conn->tls)
		return tls_read(conn->tls, p, room);
	ssize_t n = recv(conn->fd, p, room, MSG_DONTWAIT);
	return n < 0 ? -errno : n;
}

/* 1 when there is a chunk. */
static int read_conn(struct conns *c, struct conn *conn, struct chunk_slot *slot)
{
	size_t len = conn->n_kept;
	dh_assert(len <= SLOT_CHUNK_BYTES);
	if (len)
		memcpy(slot->bytes, conn->kept, len);
	ssize_t n = 0;
	if (!conn->has_more) {
		n = receive(conn, slot->bytes + len, SLOT_CHUNK_BYTES - len);
		if (n == -EAGAIN || n == -EINTR)
			return 0;
		/* An end in the middle of a record takes nothing but the record. */
		if (n <= 0) {
			end(c, conn);
			return 0;
		}
		conn->heard_ns = clock_ns();
		len += (size_t)n;
	}
	ssize_t used = c->protocol->take(c, conn, slot, len);
	if (used < 0) {
		c->feeder.counts.broken++;
		end(c, conn);
		return 0;
	}
	bool has_chunk = slot->chunk.n_frames > 0 || slot->chunk.len > 0;
	size_t rest = len - (size_t)used;
	set_more(c, conn, has_chunk && conn->is_full && rest > 0);
	/* A buffer full of one unfinished record will never be finished. */
	if (!keep(c, conn, slot->bytes + used, rest) || rest == SLOT_CHUNK_BYTES) {
		c->feeder.counts.broken++;
		end(c, conn);
	}
	return has_chunk;
}

static struct conn *with_more(struct conns *c)
{
	for (uint32_t i = 0; c->n_more && i < c->options.max; i++)
		if (c->table[i].fd >= 0 && c->table[i].has_more)
			return &c->table[i];
	return NULL;
}

static int read_conns(struct feeder *f, struct chunk_slot *slot)
{
	struct conns *c = (struct conns *)(void *)f;
	for (unsigned turn = 0; turn < TURNS; turn++) {
		struct epoll_event e;
		if (epoll_wait(f->fd, &e, 1, 0) <= 0)
			return 0;
		struct conn *conn = NULL;
		if (e.data.u32 == TAG_LISTEN)
			accept_some(c);
		else if (e.data.u32 == TAG_WAKE)
			conn = with_more(c);
		else
			conn = &c->table[e.data.u32];
		if (conn && read_conn(c, conn, slot))
			return 1;
	}
	return 0;
}

static void second(struct feeder *f, int64_t now_ns)
{
	struct conns *c = (struct conns *)(void *)f;
	int64_t now = clock_ns();
	(void)now_ns;
	for (uint32_t i = 0; i < c->options.max; i++) {
		struct conn *conn = &c->table[i];
		if (conn->fd < 0)
			continue;
		int64_t silent_s = (now - conn->heard_ns) / SECOND_NS;
		int64_t age_s = (now - conn->since_ns) / SECOND_NS;
		if ((!conn->is_proven && age_s >= c->options.proof_s) ||
		    (c->options.idle_s && silent_s >= c->options.idle_s)) {
			f->counts.broken += !conn->is_proven;
			end(c, conn);
		}
	}
	if (c->is_paused && watch(c, EPOLL_CTL_ADD, c->options.listen_fd, TAG_LISTEN) == 0)
		c->is_paused = false;
}

static void free_conns(struct feeder *f)
{
	struct conns *c = (struct conns *)(void *)f;
	for (uint32_t i = 0; c->table && i < c->options.max; i++)
		if (c->table[i].fd >= 0)
			end(c, &c->table[i]);
	if (c->wake >= 0)
		close(c->wake);
	if (f->fd >= 0)
		close(f->fd);
	free(c->table);
	free(c->free);
	free(c->ctx);
	free(c);
}

struct feeder *conns_feeder(
    const struct conns_options *o, const struct conns_protocol *protocol, void *ctx)
{
	struct conns *c = calloc(1, sizeof(*c));
	if (!c) {
		free(ctx);
		return NULL;
	}
	feeder_init(&c->feeder, &o->feeder, protocol->kind);
	c->feeder.read = read_conns;
	c->feeder.second = second;
	c->feeder.free = free_conns;
	c->options = *o;
	c->protocol = protocol;
	c->ctx = ctx;
	c->feeder.fd = epoll_create1(EPOLL_CLOEXEC);
	c->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	c->table = calloc(o->max, sizeof(*c->table));
	c->free = calloc(o->max, sizeof(*c->free));
	for (uint32_t i = 0; c->table && c->free && i < o->max; i++) {
		c->table[i].fd = -1;
		c->free[c->n_free++] = o->max - 1 - i;
	}
	if (c->n_free == 0 || c->feeder.fd < 0 || c->wake < 0 ||
	    watch(c, EPOLL_CTL_ADD, c->wake, TAG_WAKE) < 0 ||
	    watch(c, EPOLL_CTL_ADD, o->listen_fd, TAG_LISTEN) < 0) {
		free_conns(&c->feeder);
		return NULL;
	}
	return &c->feeder;
}

bool conns_answer(struct conn *conn, const uint8_t *p, size_t len)
{
	return send(conn->fd, p, len, MSG_DONTWAIT | MSG_NOSIGNAL) == (ssize_t)len;
}
