/* SPDX-License-Identifier: ISC */
#include "agent/socket.h"

#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/procfs.h"
#include "lib/base/out.h"

#ifndef SO_COOKIE
#define SO_COOKIE 57
#endif

enum { PROBES = 16, CROWD_LOOK = 16, TYPE_MASK = 0xf };

bool socket_address(const struct sockaddr_storage *a, uint8_t ret[16], uint16_t *ret_port)
{
	if (a->ss_family == AF_INET) {
		struct sockaddr_in in;
		memcpy(&in, a, sizeof(in));
		memcpy(ret, "\0\0\0\0\0\0\0\0\0\0\xff\xff", 12);
		memcpy(ret + 12, &in.sin_addr, 4);
		*ret_port = ntohs(in.sin_port);
		return true;
	}
	if (a->ss_family == AF_INET6) {
		struct sockaddr_in6 in6;
		memcpy(&in6, a, sizeof(in6));
		memcpy(ret, &in6.sin6_addr, 16);
		*ret_port = ntohs(in6.sin6_port);
		return true;
	}
	return false;
}

static bool is_taken(const struct known *k, unsigned fd)
{
	char name[12], target[4];
	struct out o = out_to(name, sizeof(name));
	out_u64(&o, fd);
	return readlinkat(k->fd_folder, name, target, sizeof(target)) >= 0 || errno != ENOENT;
}

unsigned socket_free_number(struct known *k, const struct filter_window *w, bool is_stream)
{
	unsigned from = is_stream ? w->streams : w->first;
	unsigned count = is_stream ? w->end - w->streams : w->streams - w->first;
	uint16_t *next = is_stream ? &k->next_stream : &k->next_datagram;

	/* Where all numbers below are taken the kernel gives out those of the window itself: then
	 * we leave it to it. Looked at now and then, for it costs as much as finding a number. */
	if (k->fd_folder < 0 || count == 0)
		return 0;
	if (*next % CROWD_LOOK == 0 && is_taken(k, w->first - 1))
		return 0;
	for (unsigned i = 0; i < PROBES && i < count; i++) {
		unsigned fd = from + *next % count;
		*next = (uint16_t)((*next + 1) % count);
		if (!is_taken(k, fd))
			return fd;
	}
	return 0;
}

/* The user that firewall rules see is the one who made the socket. */
static bool set_owner(struct known *k, int fd)
{
	uid_t own = geteuid();
	if (own != 0)
		return true;
	if (k->fsuid == UINT32_MAX)
		k->fsuid = procfs_fsuid(k->pid);
	return k->fsuid == own || fchown(fd, k->fsuid, (gid_t)-1) == 0;
}

int socket_make(struct known *k, int domain, int type, int protocol)
{
	static uint64_t own_netns;
	if (!own_netns)
		own_netns = procfs_netns(0);
	if (!k->netns)
		k->netns = procfs_netns(k->pid);
	if (k->netns != own_netns)
		return -ENONET;
	/* Others ask for rights that are those of whoever calls socket(). */
	if (protocol != 0 && protocol != IPPROTO_UDP && protocol != IPPROTO_TCP)
		return -EPROTONOSUPPORT;
	int fd = socket(domain, type | SOCK_CLOEXEC, protocol);
	if (fd < 0)
		return -errno;
	if (!set_owner(k, fd)) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

static int copy_of(const struct known *k, unsigned fd)
{
	return (int)syscall(SYS_pidfd_getfd, k->pidfd, fd, 0);
}

static void ask(int fd, struct socket_peer *p)
{
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);
	if (getpeername(fd, (struct sockaddr *)&a, &len) < 0 ||
	    !socket_address(&a, p->server, &p->server_port))
		return;
	len = sizeof(a);
	if (getsockname(fd, (struct sockaddr *)&a, &len) == 0)
		socket_address(&a, p->client, &p->client_port);
}

bool socket_peer(const struct known *k, unsigned fd, struct socket_peer *ret)
{
	struct socket_peer p = {.server_port = 0};
	int copy = copy_of(k, fd), type = 0;
	socklen_t len = sizeof(type);

	if (copy < 0)
		return errno == EBADF;
	ask(copy, &p);
	if (getsockopt(copy, SOL_SOCKET, SO_TYPE, &type, &len) == 0)
		p.is_stream = type == SOCK_STREAM;
	len = sizeof(p.cookie);
	if (p.is_stream)
		getsockopt(copy, SOL_SOCKET, SO_COOKIE, &p.cookie, &len);
	close(copy);
	*ret = p;
	return true;
}

size_t socket_peek(
    const struct known *k, unsigned fd, uint8_t *to, size_t room, struct socket_peer *ret)
{
	struct socket_peer p = {.server_port = 0};
	int copy = copy_of(k, fd);
	struct pollfd ready = {.fd = copy, .events = POLLIN};
	struct sockaddr_storage a;
	socklen_t len = sizeof(a);
	ssize_t n = 0;

	if (copy < 0)
		return 0;
	/* An error that waits would be ours to take: it is the application's. */
	if (poll(&ready, 1, 0) == 1 && ready.revents == POLLIN) {
		n = recvfrom(copy, to, room, MSG_PEEK | MSG_DONTWAIT, (struct sockaddr *)&a, &len);
		if (n > 0 && socket_address(&a, p.server, &p.server_port)) {
			len = sizeof(a);
			if (getsockname(copy, (struct sockaddr *)&a, &len) == 0)
				socket_address(&a, p.client, &p.client_port);
			*ret = p;
		} else {
			n = 0;
		}
	}
	close(copy);
	return n > 0 ? (size_t)n : 0;
}
