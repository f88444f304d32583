/* SPDX-License-Identifier: ISC */
#include "agent/known.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/procfs.h"
#include "lib/base/out.h"

/* Where an entry may stand: so many places from its own on. */
enum { WINDOW = 8 };

void known_init(struct known_table *t)
{
	memset(t, 0, sizeof(*t));
}

static void forget(struct known *k)
{
	if (!k->pid)
		return;
	close(k->pidfd);
	if (k->fd_folder >= 0)
		close(k->fd_folder);
	k->pid = 0;
}

void known_done(struct known_table *t)
{
	for (unsigned i = 0; i < KNOWN_PROCESSES; i++)
		forget(&t->at[i]);
}

void known_changes(struct known_table *t, struct known *k)
{
	k->serial = ++t->serials;
	k->told = false;
	k->netns = 0;
	k->fsuid = UINT32_MAX;
	k->foreign_streams = 0;
	k->streams_outside = false;
}

static bool is_alive(const struct known *k)
{
	return syscall(SYS_pidfd_send_signal, k->pidfd, 0, NULL, 0) == 0;
}

static struct known *by_pid(struct known_table *t, int32_t pid)
{
	unsigned at = (uint32_t)pid * 2654435761u % KNOWN_PROCESSES;
	struct known *oldest = NULL;

	for (unsigned i = 0; i < WINDOW; i++) {
		struct known *k = &t->at[(at + i) % KNOWN_PROCESSES];
		if (k->pid == pid) {
			if (is_alive(k))
				return k;
			forget(k);
		}
		if (!oldest || !k->pid || (oldest->pid && k->used < oldest->used))
			oldest = k;
	}
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (pidfd < 0)
		return NULL;
	forget(oldest);
	*oldest = (struct known){.pid = pid, .pidfd = pidfd};
	known_changes(t, oldest);

	char path[40];
	struct out o = out_to(path, sizeof(path));
	out_str(&o, "/proc/");
	out_i64(&o, pid);
	out_str(&o, "/fd");
	oldest->fd_folder = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	return oldest;
}

struct known *known_find(struct known_table *t, int32_t tid)
{
	unsigned slot = (uint32_t)tid * 2654435761u % KNOWN_THREADS;
	int32_t pid = 0;

	/* A thread id may have gone to another process since; of a pid, by_pid() makes sure. */
	if (t->threads[slot].tid == tid &&
	    (t->threads[slot].pid == tid || syscall(SYS_tgkill, t->threads[slot].pid, tid, 0) == 0))
		pid = t->threads[slot].pid;
	if (!pid)
		pid = procfs_group(tid);
	if (!pid)
		return NULL;
	t->threads[slot].tid = tid;
	t->threads[slot].pid = pid;
	struct known *k = by_pid(t, pid);
	if (k)
		k->used = ++t->clock;
	return k;
}

struct known *known_peek(struct known_table *t, int32_t tid)
{
	unsigned slot = (uint32_t)tid * 2654435761u % KNOWN_THREADS;
	int32_t pid = t->threads[slot].tid == tid ? t->threads[slot].pid : tid;
	unsigned at = (uint32_t)pid * 2654435761u % KNOWN_PROCESSES;

	for (unsigned i = 0; i < WINDOW; i++)
		if (t->at[(at + i) % KNOWN_PROCESSES].pid == pid)
			return &t->at[(at + i) % KNOWN_PROCESSES];
	return NULL;
}
