/* SPDX-License-Identifier: ISC */
#include "app/cmd/broker.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

struct request {
	uint16_t source;
	char name[256]; /* "": the source itself */
};

static int open_entry(const char *folder, const char *name)
{
	struct stat st;
	if (strchr(name, '/') || name[0] == '.')
		return -EPERM;
	int dir = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return -errno;
	int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	int error = fd < 0 ? -errno : fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ? -EPERM : 0;
	close(dir);
	if (error && fd >= 0)
		close(fd);
	return error ? error : fd;
}

int broker_open(const struct config *c, uint16_t source, const char *name)
{
	if (source >= c->n_sources)
		return -EPERM;
	const struct config_source *s = &c->sources[source];
	if (s->kind == SOURCE_FOLDER && name && *name)
		return open_entry(s->address, name);
	if ((s->kind != SOURCE_FOLDER && s->kind != SOURCE_FOLLOW) || (name && *name))
		return -EPERM;
	int fd = open(s->address, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY |
	                              (s->kind == SOURCE_FOLDER ? O_DIRECTORY : 0));
	return fd < 0 ? -errno : fd;
}

bool broker_serve(int fd, const struct config *c)
{
	struct request q;
	ssize_t n = recv(fd, &q, sizeof(q), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n != sizeof(q) || !memchr(q.name, 0, sizeof(q.name)))
		return false;
	int opened = broker_open(c, q.source, q.name), status = opened < 0 ? opened : 0;
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control = {.head = {.cmsg_len = CMSG_LEN(sizeof(int)),
	                 .cmsg_level = SOL_SOCKET,
	                 .cmsg_type = SCM_RIGHTS}};
	struct iovec io = {&status, sizeof(status)};
	struct msghdr m = {.msg_iov = &io, .msg_iovlen = 1};
	if (opened >= 0) {
		memcpy(CMSG_DATA(&control.head), &opened, sizeof(opened));
		m.msg_control = &control;
		m.msg_controllen = sizeof(control);
	}
	bool sent = sendmsg(fd, &m, MSG_NOSIGNAL) == sizeof(status);
	if (opened >= 0)
		close(opened);
	return sent;
}

static int ask(void *ctx, uint16_t source, const char *name)
{
	int fd = *(const int *)ctx, status = -EIO, opened = -1;
	struct request q = {.source = source};
	union {
		struct cmsghdr head;
		char bytes[CMSG_SPACE(sizeof(int))];
	} control;
	struct iovec io = {&status, sizeof(status)};
	struct msghdr m = {.msg_iov = &io,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof(control)};

	if (name && strlen(name) >= sizeof(q.name))
		return -ENAMETOOLONG;
	if (name)
		strcpy(q.name, name);
	if (send(fd, &q, sizeof(q), MSG_NOSIGNAL) != sizeof(q))
		return -EPIPE;
	ssize_t n;
	do
		n = recvmsg(fd, &m, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n != sizeof(status))
		return -EPIPE;
	struct cmsghdr *h = CMSG_FIRSTHDR(&m);
	if (h && h->cmsg_type == SCM_RIGHTS && h->cmsg_len == CMSG_LEN(sizeof(int)))
		memcpy(&opened, CMSG_DATA(h), sizeof(opened));
	return status < 0 ? status : opened >= 0 ? opened : -EIO;
}

struct opener broker_opener(const int *fd)
{
	/* ask() only reads it. */
	return (struct opener){.open = ask, .ctx = (void *)(uintptr_t)fd};
}
