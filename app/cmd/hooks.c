/* SPDX-License-Identifier: ISC */
#include "app/cmd/hooks.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "app/cmd/log.h"

#define HOOK_MAX_NS (20ll * 1000000000)

struct request {
	uint32_t which;
	char address[48];
};

bool hooks_ask(int fd, enum hook which, const char *address)
{
	struct request q = {.which = which};
	strncpy(q.address, address, sizeof(q.address) - 1);
	return send(fd, &q, sizeof(q), MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof(q);
}

static int64_t now_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

static const char *const *command_of(const struct config *c, enum hook which)
{
	return which == HOOK_ZONE    ? c->block.zone_reload
	       : which == HOOK_PAIRS ? c->block.pairs_reload
	                             : c->block.isolate;
}

static int spawn(const char *const *command, const char *address, pid_t *ret_pid)
{
	char path[4096], *environment[] = {path, NULL};
	const char *own = getenv("PATH");
	union {
		const char *words[OPTIONS_LIST_MAX + 2];
		char *argv[OPTIONS_LIST_MAX + 2];
	} words = {{NULL}};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, standard;

	for (unsigned n = 0; n < OPTIONS_LIST_MAX && command[n]; n++) {
		words.words[n] = command[n];
		words.words[n + 1] = *address ? address : NULL;
	}
	snprintf(path, sizeof(path), "PATH=%s", own ? own : "/usr/sbin:/usr/bin:/sbin:/bin");
	sigemptyset(&none);
	sigemptyset(&standard);
	sigaddset(&standard, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &standard);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	int error =
	    posix_spawn(ret_pid, command[0], &actions, &attributes, words.argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	return error;
}

static void start(struct hooks *h, enum hook which, const struct config *c, const char *address)
{
	const char *const *command = command_of(c, which);
	pid_t pid;
	if (!command)
		return;
	int error = spawn(command, address, &pid);
	if (error) {
		log_line(LOG_LEVEL_ERROR, "block: %s: %s", command[0], strerror(error));
		return;
	}
	h->running[which].pid = pid;
	h->running[which].since_ns = now_ns();
	h->running[which].again = false;
}

bool hooks_serve(struct hooks *h, int fd, const struct config *c)
{
	struct request q;
	uint8_t raw[16];
	ssize_t n = recv(fd, &q, sizeof(q), MSG_DONTWAIT);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return true;
	if (n != sizeof(q) || q.which >= HOOKS || !memchr(q.address, 0, sizeof(q.address)))
		return false;
	bool is_address =
	    inet_pton(AF_INET, q.address, raw) == 1 || inet_pton(AF_INET6, q.address, raw) == 1;
	if (is_address != (q.which == HOOK_ISOLATE) || (!is_address && *q.address))
		return false;
	if (h->running[q.which].pid) {
		h->running[q.which].again = true;
		memcpy(h->running[q.which].address, q.address, sizeof(q.address));
	} else {
		start(h, (enum hook)q.which, c, q.address);
	}
	return true;
}

bool hooks_reap(struct hooks *h, pid_t pid, int status, const struct config *c)
{
	for (int i = 0; i < HOOKS; i++) {
		if (h->running[i].pid != pid)
			continue;
		const char *const *command = command_of(c, (enum hook)i);
		if (status != 0 && command)
			log_line(LOG_LEVEL_ERROR,
			    "block: %s ended with %s %d: nothing is stopped by it", command[0],
			    WIFEXITED(status) ? "status" : "signal",
			    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
		h->running[i].pid = 0;
		if (h->running[i].again)
			start(h, (enum hook)i, c, h->running[i].address);
		return true;
	}
	return false;
}

void hooks_tick(struct hooks *h)
{
	for (int i = 0; i < HOOKS; i++)
		if (h->running[i].pid && now_ns() - h->running[i].since_ns > HOOK_MAX_NS)
			kill(-h->running[i].pid, SIGKILL);
}
