/* SPDX-License-Identifier: ISC
 *
 * A program of the user's own, started without a shell for each event: the event as JSON on its
 * standard input; DNSHOUND_EVENT, DNSHOUND_EVENT_ID, DNSHOUND_ALERT_ID and DNSHOUND_SEVERITY, which
 * hold no word of traffic, in its environment beside PATH. Status 0 is success, 65 (EX_DATAERR)
 * refuses the event, anything else is tried again. */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <sysexits.h>
#include <time.h>
#include <unistd.h>

#include "app/alert/driver.h"
#include "app/alert/format.h"

enum { SLICE_MS = 20, VARIABLES = 5, VARIABLE_MAX = 256 };

static void *command_open(const struct driver_context *c)
{
	struct driver_context *own = malloc(sizeof(*own));
	if (own)
		*own = *c;
	return own;
}

static int64_t clock_ms(void)
{
	struct timespec t;
	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* Zero, or an errno. A socket pair as its standard input: writing to it never raises SIGPIPE. */
static int start(const struct sink_config *c, const struct delivery *d, pid_t *ret_pid, int *ret_to)
{
	char text[VARIABLES][VARIABLE_MAX], *environment[VARIABLES + 1] = {NULL};
	const char *path = getenv("PATH");
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t none, defaults;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) != 0)
		return errno;
	snprintf(text[0], VARIABLE_MAX, "PATH=%s", path ? path : "/usr/bin:/bin");
	snprintf(text[1], VARIABLE_MAX, "DNSHOUND_EVENT=%s", d->kind);
	snprintf(text[2], VARIABLE_MAX, "DNSHOUND_EVENT_ID=%s", d->id);
	snprintf(text[3], VARIABLE_MAX, "DNSHOUND_ALERT_ID=%s", d->alert);
	snprintf(text[4], VARIABLE_MAX, "DNSHOUND_SEVERITY=%s", record_get(d->event, "severity"));
	for (unsigned i = 0; i < VARIABLES; i++)
		environment[i] = text[i];
	sigemptyset(&none);
	sigemptyset(&defaults);
	sigaddset(&defaults, SIGPIPE);
	posix_spawnattr_init(&attributes);
	posix_spawnattr_setflags(
	    &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
	posix_spawnattr_setsigmask(&attributes, &none);
	posix_spawnattr_setsigdefault(&attributes, &defaults);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, pair[1], STDIN_FILENO);
	posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	union {
		const char *const *words;
		char *const *argv;
	} command = {c->command};
	int error = posix_spawnp(
	    ret_pid, command.argv[0], &actions, &attributes, command.argv, environment);
	posix_spawn_file_actions_destroy(&actions);
	posix_spawnattr_destroy(&attributes);
	close(pair[1]);
	if (error)
		close(pair[0]);
	*ret_to = pair[0];
	return error;
}

/* Feed it and wait for its end; false when it took too long and was killed. */
static bool wait_for(
    const struct driver_context *c, pid_t pid, int to, const char *text, int *ret_status)
{
	int64_t until = clock_ms() + (int64_t)c->sink->timeout_s * 1000;
	size_t left = strlen(text);
	bool in_time = true;

	while (waitpid(pid, ret_status, WNOHANG) == 0) {
		if (clock_ms() >= until || atomic_load(c->abandon)) {
			kill(-pid, SIGKILL);
			in_time = false;
			waitpid(pid, ret_status, 0);
			break;
		}
		ssize_t n = left ? send(to, text, left, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
		if (n > 0) {
			text += n;
			left -= (size_t)n;
		}
		/* A program that does not read its input is its own affair. */
		if (left == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) {
			shutdown(to, SHUT_WR);
			left = 0;
		}
		poll(NULL, 0, SLICE_MS);
	}
	close(to);
	return in_time;
}

static enum delivered command_deliver(void *driver, struct delivery *d)
{
	const struct driver_context *c = driver;
	static const struct format_options none;
	int to, status = 0;
	pid_t pid;

	char *text = format_event(c->sink->format, d->event, &none);
	int error = text ? start(c->sink, d, &pid, &to) : ENOMEM;
	if (error) {
		snprintf(
		    d->why, sizeof(d->why), "%.120s: %s", c->sink->command[0], strerror(error));
		free(text);
		return DELIVER_LATER;
	}
	bool in_time = wait_for(c, pid, to, text, &status);
	free(text);
	if (in_time && WIFEXITED(status) && WEXITSTATUS(status) == 0)
		return DELIVERED;
	if (!in_time)
		snprintf(d->why, sizeof(d->why), "it did not end within %u s", c->sink->timeout_s);
	else
		snprintf(d->why, sizeof(d->why), "it ended with %s %d",
		    WIFEXITED(status) ? "status" : "signal",
		    WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status));
	return in_time && WIFEXITED(status) && WEXITSTATUS(status) == EX_DATAERR ? DELIVERED_REFUSED
	                                                                         : DELIVER_LATER;
}

static bool command_check(const struct sink_config *c, char *why, size_t size)
{
	if (c->command && c->command[0] && c->command[0][0] == '/')
		return true;
	snprintf(
	    why, size, "a command sink needs a program with its whole path, and its arguments");
	return false;
}

const struct driver driver_command = {
    .name = "command",
    .default_format = FORMAT_JSON,
    .formats = 1 << FORMAT_JSON | 1 << FORMAT_ECS | 1 << FORMAT_OCSF | 1 << FORMAT_EVE,
    .rate_per_min = 60,
    .open = command_open,
    .deliver = command_deliver,
    .close = free,
    .check = command_check,
};
