/* SPDX-License-Identifier: ISC */
#include "app/cmd/confine.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <pwd.h>
#include <sched.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

bool confine_ids(const char *name, uid_t *ret_uid, gid_t *ret_gid)
{
	struct passwd *p = *name && geteuid() == 0 ? getpwnam(name) : NULL;
	if (!p && *name && geteuid() == 0)
		return false;
	*ret_uid = p ? p->pw_uid : geteuid();
	*ret_gid = p ? p->pw_gid : getegid();
	return true;
}

static int drop_capabilities(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {{0}};
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &head, none) < 0 ? -errno : 0;
}

int confine_user(const char *name)
{
	uid_t uid;
	gid_t gid;
	if (!confine_ids(name, &uid, &gid))
		return -ESRCH;
	if (geteuid() == 0 && uid != 0 &&
	    (setgroups(0, NULL) < 0 || setresgid(gid, gid, gid) < 0 ||
	        setresuid(uid, uid, uid) < 0))
		return -errno;
	return drop_capabilities();
}

int confine_privileges(void)
{
	return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0 ? -errno : 0;
}

/* No rule follows: nothing can be opened by name any more, whatever the user may. */
static bool close_file_system(void)
{
	struct landlock_ruleset_attr all = {
	    .handled_access_fs = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
	                         LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
	                         LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
	                         LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
	                         LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
	                         LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
	                         LANDLOCK_ACCESS_FS_MAKE_SYM,
	};
	int fd = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);
	if (fd < 0)
		return false;
	bool is_done = syscall(SYS_landlock_restrict_self, fd, 0) == 0;
	close(fd);
	return is_done;
}

/* Reading, writing and waiting on what is open; memory, threads, time; and the end. */
static const int allowed[] = {SCMP_SYS(read), SCMP_SYS(readv), SCMP_SYS(pread64), SCMP_SYS(write),
    SCMP_SYS(writev), SCMP_SYS(pwrite64), SCMP_SYS(lseek), SCMP_SYS(close), SCMP_SYS(dup),
    SCMP_SYS(fcntl), SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(getdents64),
    SCMP_SYS(ftruncate), SCMP_SYS(fdatasync), SCMP_SYS(fsync), SCMP_SYS(fadvise64), SCMP_SYS(msync),
    SCMP_SYS(sync_file_range),
    /* sockets that were handed in, or were accepted from such */
    SCMP_SYS(accept4), SCMP_SYS(recvfrom), SCMP_SYS(recvmsg), SCMP_SYS(sendto), SCMP_SYS(sendmsg),
    SCMP_SYS(getsockopt), SCMP_SYS(setsockopt), SCMP_SYS(getsockname), SCMP_SYS(getpeername),
    SCMP_SYS(shutdown), SCMP_SYS(epoll_create1), SCMP_SYS(epoll_ctl), SCMP_SYS(epoll_wait),
    SCMP_SYS(epoll_pwait), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(eventfd2),
    SCMP_SYS(timerfd_create), SCMP_SYS(timerfd_settime), SCMP_SYS(timerfd_gettime),
    SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(membarrier),
    SCMP_SYS(futex), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(set_tid_address),
    SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity), SCMP_SYS(getpid), SCMP_SYS(gettid),
    SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(tgkill), SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
    SCMP_SYS(restart_syscall), SCMP_SYS(clock_gettime), SCMP_SYS(clock_getres),
    SCMP_SYS(gettimeofday), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(getrandom),
    SCMP_SYS(getrusage), SCMP_SYS(prlimit64), SCMP_SYS(exit), SCMP_SYS(exit_group)};

/* What no mistake of ours ends in: whoever calls these was taken over. */
static const int fatal[] = {SCMP_SYS(ptrace), SCMP_SYS(process_vm_readv),
    SCMP_SYS(process_vm_writev), SCMP_SYS(bpf), SCMP_SYS(mount), SCMP_SYS(umount2),
    SCMP_SYS(pivot_root), SCMP_SYS(chroot), SCMP_SYS(unshare), SCMP_SYS(setns),
    SCMP_SYS(init_module), SCMP_SYS(finit_module), SCMP_SYS(kexec_load), SCMP_SYS(io_uring_setup),
    SCMP_SYS(userfaultfd), SCMP_SYS(perf_event_open), SCMP_SYS(keyctl), SCMP_SYS(add_key)};
/* Nor, in who reads what attackers write. */
static const int fatal_worker[] = {SCMP_SYS(fork), SCMP_SYS(vfork), SCMP_SYS(setuid),
    SCMP_SYS(setresuid), SCMP_SYS(bind), SCMP_SYS(listen)};
/* Nor, in who has nothing to run. */
static const int fatal_exec[] = {SCMP_SYS(execve), SCMP_SYS(execveat)};

static int kill_at(scmp_filter_ctx ctx, const int *calls, size_t n)
{
	int r = 0;
	for (size_t i = 0; r == 0 && i < n; i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_KILL_PROCESS, calls[i], 0);
	return r;
}
#define KILL_AT(ctx, list) kill_at(ctx, list, sizeof(list) / sizeof((list)[0]))

/* Memory, but never to run; threads, but no processes. clone3() has its flags in memory, where a
 * filter cannot look, so the C library has to do with clone(). */
static int narrow(scmp_filter_ctx ctx)
{
	const struct scmp_arg_cmp no_exec = SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0);
	const struct scmp_arg_cmp thread = SCMP_A0(SCMP_CMP_MASKED_EQ, CLONE_THREAD, CLONE_THREAD);
	int r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mmap), 1, no_exec);
	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(mprotect), 1, no_exec);
	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1, thread);
	if (r == 0)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return r;
}

static int filter_calls(void)
{
	/* What is on neither list fails like a file that may not be opened: libraries try. */
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r = ctx ? 0 : -ENOMEM;
	for (unsigned i = 0; r == 0 && i < sizeof(allowed) / sizeof(allowed[0]); i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ALLOW, allowed[i], 0);
	if (r == 0)
		r = KILL_AT(ctx, fatal);
	if (r == 0)
		r = KILL_AT(ctx, fatal_worker);
	if (r == 0)
		r = KILL_AT(ctx, fatal_exec);
	if (r == 0)
		r = narrow(ctx);
	if (r == 0)
		r = seccomp_load(ctx);
	if (ctx)
		seccomp_release(ctx);
	return r;
}

int confine_worker(bool *ret_landlock)
{
	int r = confine_privileges();
	if (r < 0)
		return r;
	*ret_landlock = close_file_system();
	return filter_calls();
}

int confine_herald(bool runs_commands)
{
	int r = confine_privileges();
	if (r < 0)
		return r;
	scmp_filter_ctx ctx = seccomp_init(SCMP_ACT_ALLOW);
	r = ctx ? KILL_AT(ctx, fatal) : -ENOMEM;
	if (r == 0 && !runs_commands)
		r = KILL_AT(ctx, fatal_exec);
	if (r == 0)
		r = seccomp_load(ctx);
	if (ctx)
		seccomp_release(ctx);
	return r;
}
