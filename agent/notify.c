/* SPDX-License-Identifier: ISC */
#include "agent/notify.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>

#ifndef SECCOMP_IOCTL_NOTIF_SET_FLAGS
#define SECCOMP_IOCTL_NOTIF_SET_FLAGS SECCOMP_IOW(4, __u64)
#endif
#define SYNC_WAKE_UP 1ul
#ifndef SECCOMP_ADDFD_FLAG_SEND
#define SECCOMP_ADDFD_FLAG_SEND (1UL << 1) /* Linux 5.14 */
#endif

bool notify_set_sync(int listener)
{
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_SET_FLAGS, SYNC_WAKE_UP) == 0;
}

int notify_receive(int listener, struct seccomp_notif *n)
{
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, n) < 0 ? -errno : 0;
}

static int answer(int listener, uint64_t id, int error, uint32_t flags)
{
	struct seccomp_notif_resp r = {.id = id, .error = -error, .flags = flags};
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &r) < 0 ? -errno : 0;
}

int notify_continue(int listener, uint64_t id)
{
	return answer(listener, id, 0, SECCOMP_USER_NOTIF_FLAG_CONTINUE);
}

int notify_refuse(int listener, uint64_t id, int error)
{
	return answer(listener, id, error, 0);
}

int notify_give(int listener, uint64_t id, int fd, unsigned at, bool cloexec)
{
	struct seccomp_notif_addfd a = {.id = id,
	    .flags = SECCOMP_ADDFD_FLAG_SETFD | SECCOMP_ADDFD_FLAG_SEND,
	    .srcfd = (uint32_t)fd,
	    .newfd = at,
	    .newfd_flags = cloexec ? O_CLOEXEC : 0};
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &a) < 0 ? -errno : 0;
}

bool notify_is_waiting(int listener, uint64_t id)
{
	return ioctl(listener, SECCOMP_IOCTL_NOTIF_ID_VALID, &id) == 0;
}
