/* SPDX-License-Identifier: ISC */
#include "agent/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "lib/base/out.h"

enum { PATH_ROOM = 64 };

/* "/proc/123/what"; pid 0 is ourselves. */
static void path_of(char path[PATH_ROOM], int32_t pid, const char *what)
{
	struct out o = out_to(path, PATH_ROOM);
	out_str(&o, "/proc/");
	if (pid)
		out_i64(&o, pid);
	else
		out_str(&o, "self");
	out_str(&o, "/");
	out_str(&o, what);
}

/* Up to size - 1 bytes and a NUL; -1 when it cannot be read. */
static ssize_t slurp(int32_t pid, const char *what, char *buf, size_t size)
{
	char path[PATH_ROOM];
	path_of(path, pid, what);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);
	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = 0;
	return n;
}

/* The number behind `key` in the text of a status file. */
static bool number_after(const char *text, const char *key, unsigned skip, long long *ret)
{
	const char *at = strstr(text, key);
	if (!at)
		return false;
	char *end = (char *)(uintptr_t)(at + strlen(key));
	for (unsigned i = 0; i <= skip; i++)
		*ret = strtoll(end, &end, 10);
	return true;
}

int32_t procfs_group(int32_t tid)
{
	char text[512];
	long long group = 0;
	if (slurp(tid, "status", text, sizeof(text)) <= 0 ||
	    !number_after(text, "\nTgid:", 0, &group))
		return 0;
	return (int32_t)group;
}

uint32_t procfs_fsuid(int32_t pid)
{
	char text[1024];
	long long uid = 0;
	if (slurp(pid, "status", text, sizeof(text)) <= 0 || !number_after(text, "\nUid:", 3, &uid))
		return UINT32_MAX;
	return (uint32_t)uid;
}

uint64_t procfs_netns(int32_t pid)
{
	char path[PATH_ROOM];
	struct stat st;
	path_of(path, pid, "ns/net");
	return stat(path, &st) < 0 ? 0 : st.st_ino;
}

/* comm stands in parentheses and may hold anything, also parentheses: the last one counts. */
static bool read_stat(int32_t pid, struct process *p, int32_t *ret_parent)
{
	char text[1024];
	if (slurp(pid, "stat", text, sizeof(text)) <= 0)
		return false;
	char *open = strchr(text, '('), *close = strrchr(text, ')');
	if (!open || !close || close < open)
		return false;
	char *at = close + 1;
	long long parent = 0;
	while (*at == ' ')
		at++;
	at += *at != 0; /* the state */
	parent = strtoll(at, &at, 10);
	for (unsigned field = 5; field < 22; field++)
		strtoll(at, &at, 10);
	if (p) {
		size_t len = (size_t)(close - open - 1);
		len = len < PROCESS_COMM - 1 ? len : PROCESS_COMM - 1;
		memcpy(p->comm, open + 1, len);
		p->comm[len] = 0;
		p->start_ticks = strtoull(at, NULL, 10);
	}
	*ret_parent = (int32_t)parent;
	return true;
}

static void read_cmdline(int32_t pid, struct process *p)
{
	char text[PROCESS_CMDLINE + 1];
	ssize_t n = slurp(pid, "cmdline", text, sizeof(text));
	size_t len = n > 0 ? (size_t)n : 0;
	p->cmdline_cut = len >= PROCESS_CMDLINE;
	if (p->cmdline_cut)
		len = PROCESS_CMDLINE - 1;
	while (len && text[len - 1] == 0)
		len--;
	for (size_t i = 0; i < len; i++)
		p->cmdline[i] = text[i] ? text[i] : ' ';
	p->cmdline[len] = 0;
}

int procfs_read(int32_t pid, struct process *ret)
{
	struct process p = {.pid = pid};
	char path[PATH_ROOM];
	int32_t parent;
	long long uid = 0;
	char status[1024];

	if (!read_stat(pid, &p, &parent))
		return -ESRCH;
	if (slurp(pid, "status", status, sizeof(status)) > 0 &&
	    number_after(status, "\nUid:", 0, &uid))
		p.uid = (uint32_t)uid;
	path_of(path, pid, "exe");
	ssize_t n = readlink(path, p.exe, sizeof(p.exe) - 1);
	p.exe[n > 0 ? n : 0] = 0;
	read_cmdline(pid, &p);
	if (slurp(pid, "cgroup", p.cgroup, sizeof(p.cgroup)) > 0)
		p.cgroup[strcspn(p.cgroup, "\n")] = 0;
	while (parent > 0 && p.n_parents < PROCESS_PARENTS) {
		p.parents[p.n_parents++] = parent;
		if (parent == 1 || !read_stat(parent, NULL, &parent))
			break;
	}
	*ret = p;
	return 0;
}

int procfs_open_program(int32_t pid, int dirfd, const char *path)
{
	char base[PATH_ROOM];
	char whole[4200];
	struct out o;

	if (*path == '/') {
		path_of(base, pid, "root");
	} else if (dirfd == AT_FDCWD) {
		path_of(base, pid, "cwd");
	} else {
		path_of(base, pid, "fd/");
		o = out_to(base, sizeof(base));
		o.len = strlen(base);
		out_i64(&o, dirfd);
	}
	o = out_to(whole, sizeof(whole));
	out_str(&o, base);
	if (*path) {
		out_str(&o, "/");
		out_str(&o, path);
	}
	int fd = open(whole, O_PATH | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

bool procfs_has_privilege(int program_fd)
{
	struct stat st;
	char path[PATH_ROOM];

	if (fstat(program_fd, &st) < 0 || !S_ISREG(st.st_mode))
		return false;
	if (st.st_mode & S_ISUID)
		return st.st_uid != geteuid();
	if ((st.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP))
		return st.st_gid != getegid();
	struct out o = out_to(path, sizeof(path));
	out_str(&o, "/proc/self/fd/");
	out_i64(&o, program_fd);
	return getxattr(path, "security.capability", NULL, 0) > 0;
}
