/* SPDX-License-Identifier: ISC */
#include "agent/inbox.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

/* As short as it must be: preload.h. */
#define FOLDER "/tmp/"
enum { RANDOM_CHARS = 8, TRIES = 16 };
_Static_assert(sizeof(FOLDER) - 1 + RANDOM_CHARS == PRELOAD_PATH_MAX, "fits the address");

static int bind_once(struct inbox *b)
{
	static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t random[RANDOM_CHARS];
	struct sockaddr_un a = {.sun_family = AF_UNIX};

	if (getrandom(random, sizeof(random), 0) != sizeof(random))
		return -EIO;
	memcpy(b->path, FOLDER, sizeof(FOLDER) - 1);
	for (unsigned i = 0; i < RANDOM_CHARS; i++)
		b->path[sizeof(FOLDER) - 1 + i] = alphabet[random[i] & 31];
	memcpy(a.sun_path, b->path, PRELOAD_PATH_MAX);
	mode_t before = umask(077);
	int error = bind(b->fd, (struct sockaddr *)&a, sizeof(a)) < 0 ? -errno : 0;
	umask(before);
	return error;
}

int inbox_open(struct inbox *b)
{
	int error = -EADDRINUSE;

	*b = (struct inbox){.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)};
	if (b->fd < 0)
		return -errno;
	setsockopt(b->fd, SOL_SOCKET, SO_PASSCRED, &(int){1}, sizeof(int));
	setsockopt(b->fd, SOL_SOCKET, SO_RCVBUF, &(int){1 << 20}, sizeof(int));
	for (unsigned i = 0; i < TRIES && error == -EADDRINUSE; i++)
		error = bind_once(b);
	if (error) {
		close(b->fd);
		b->fd = -1;
	}
	return error;
}

void inbox_close(struct inbox *b)
{
	if (b->fd < 0)
		return;
	unlink(b->path);
	close(b->fd);
	b->fd = -1;
}

static int32_t sender(struct msghdr *m)
{
	struct ucred who;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(m); c; c = CMSG_NXTHDR(m, c)) {
		if (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_CREDENTIALS)
			continue;
		memcpy(&who, CMSG_DATA(c), sizeof(who));
		return who.pid;
	}
	return 0;
}

bool inbox_take(struct inbox *b, struct inbox_report *ret)
{
	struct inbox_report r;
	char control[CMSG_SPACE(sizeof(struct ucred))] __attribute__((aligned(8)));

	for (;;) {
		struct iovec v[2] = {{&r.head, sizeof(r.head)}, {r.name, PRELOAD_NAME_MAX}};
		struct msghdr m = {.msg_iov = v,
		    .msg_iovlen = 2,
		    .msg_control = control,
		    .msg_controllen = sizeof(control)};
		ssize_t n = b->fd < 0 ? -1 : recvmsg(b->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
		if (n < 0)
			return false;
		if ((size_t)n < sizeof(r.head) || r.head.magic != PRELOAD_MAGIC ||
		    r.head.call >= PRELOAD_CALLS || r.head.n_addresses > PRELOAD_ADDRESSES ||
		    r.head.name_len != (size_t)n - sizeof(r.head)) {
			b->bad++;
			continue;
		}
		r.name[r.head.name_len] = 0;
		r.pid = sender(&m);
		*ret = r;
		return true;
	}
}
