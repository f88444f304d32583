/* SPDX-License-Identifier: ISC */
#include "app/cmd/sockets.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define BACKLOG 1024

static int finish(int fd, const struct sockaddr *a, socklen_t len)
{
	if (bind(fd, a, len) == 0 && listen(fd, BACKLOG) == 0)
		return fd;
	int error = -errno;
	close(fd);
	return error;
}

/* Whether somebody still listens there; a leftover is removed. */
static bool is_taken(int fd, const struct sockaddr_un *a)
{
	struct stat st;
	if (lstat(a->sun_path, &st) < 0 || !S_ISSOCK(st.st_mode))
		return false;
	if (connect(fd, (const struct sockaddr *)a, sizeof(*a)) == 0 || errno != ECONNREFUSED)
		return true;
	unlink(a->sun_path);
	return false;
}

static int listen_unix(const char *path, uint32_t mode)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(a.sun_path))
		return -ENAMETOOLONG;
	memcpy(a.sun_path, path, strlen(path));
	int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (probe < 0)
		return -errno;
	bool taken = is_taken(probe, &a);
	close(probe);
	if (taken)
		return -EADDRINUSE;
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return -errno;
	/* Narrow from the first moment, then as wide as is wanted. */
	mode_t old = umask(0177);
	fd = finish(fd, (const struct sockaddr *)&a, sizeof(a));
	umask(old);
	if (fd >= 0 && chmod(path, mode) < 0) {
		int error = -errno;
		close(fd);
		return error;
	}
	return fd;
}

static int listen_tcp(const char *address)
{
	char host[64];
	const int one = 1;
	struct addrinfo hints = {
	    .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE, .ai_socktype = SOCK_STREAM};
	struct addrinfo *a;
	const char *colon = strrchr(address, ':');
	size_t len = colon ? (size_t)(colon - address) : 0;

	if (len == 0 || len >= sizeof(host))
		return -EINVAL;
	bool is_v6 = address[0] == '[' && address[len - 1] == ']';
	memcpy(host, address + is_v6, len - 2 * is_v6);
	host[len - 2 * is_v6] = 0;
	if (getaddrinfo(host, colon + 1, &hints, &a) != 0)
		return -EINVAL;
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0) {
		fd = -errno;
	} else {
		setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
		if (is_v6)
			setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
		fd = finish(fd, a->ai_addr, a->ai_addrlen);
	}
	freeaddrinfo(a);
	return fd;
}

int sockets_listen(const char *address, uint32_t mode)
{
	return strncmp(address, "unix:", 5) == 0 ? listen_unix(address + 5, mode)
	                                         : listen_tcp(address);
}
