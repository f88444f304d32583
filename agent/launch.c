/* SPDX-License-Identifier: ISC */
#include "agent/launch.h"

#include <errno.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/guardian.h"

static void wait_for(sem_t *s)
{
	while (sem_wait(s) < 0 && errno == EINTR)
		;
}

static void child(struct shared *s, const struct filter_options *o, char *const argv[],
    char *const envp[], const sigset_t *mask)
{
	if (o) {
		s->listener = filter_install(o, &s->no_new_privs);
		sem_post(&s->filtered);
		wait_for(&s->taken);
		if (s->listener >= 0)
			close(s->listener);
	}
	sigprocmask(SIG_SETMASK, mask, NULL);
	execvpe(argv[0], argv, envp);
	int error = errno;
	atomic_store(&s->exec_error, error);
	_exit(error == ENOENT ? 127 : 126); /* as shells do */
}

/* Our copy of the listener, and the guardian's. */
static int take_listener(struct launch *l)
{
	int pidfd = (int)syscall(SYS_pidfd_open, l->pid, 0);
	if (pidfd < 0)
		return -errno;
	int fd = (int)syscall(SYS_pidfd_getfd, pidfd, l->shared->listener, 0);
	int error = fd < 0 ? -errno : 0;
	close(pidfd);
	if (error)
		return error;
	int guardian = guardian_start(fd, l->shared);
	if (guardian < 0) {
		close(fd);
		return guardian;
	}
	l->listener = fd;
	l->guardian = guardian;
	return 0;
}

int launch_start(struct launch *ret, const struct filter_options *o, char *const argv[],
    char *const envp[], const sigset_t *mask)
{
	struct launch l = {.listener = -1, .guardian = -1};
	sigset_t all, own;

	l.shared = mmap(
	    NULL, sizeof(*l.shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (l.shared == MAP_FAILED)
		return -errno;
	sem_init(&l.shared->filtered, 1, 0);
	sem_init(&l.shared->taken, 1, 0);
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &own);
	l.pid = fork();
	if (l.pid == 0)
		child(l.shared, o, argv, envp, mask);
	if (l.pid > 0 && o) {
		wait_for(&l.shared->filtered);
		l.no_new_privs = l.shared->no_new_privs;
		l.error = l.shared->listener < 0 ? l.shared->listener : take_listener(&l);
		/* Nobody would answer: better an application that is not watched than one that
		 * hangs. */
		if (l.error && l.shared->listener >= 0)
			kill(l.pid, SIGKILL);
		sem_post(&l.shared->taken);
	}
	sigprocmask(SIG_SETMASK, &own, NULL);
	if (l.pid < 0)
		return -EAGAIN;
	if (l.error && l.shared->listener >= 0) {
		waitpid(l.pid, NULL, 0);
		return l.error;
	}
	*ret = l;
	return 0;
}
