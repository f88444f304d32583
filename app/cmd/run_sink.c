/* SPDX-License-Identifier: ISC */
#include "app/cmd/run_sink.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

enum { BUFFER = 4 << 20, BATCH = 64 << 10, RETRY_MS = 1000, SEND_MS = 5000 };

struct sink {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	pthread_t thread;
	char *buffer;      /* a ring of whole lines */
	size_t head, tail; /* bytes ever put, ever taken */
	uint64_t lost;
	uint64_t lines_in, lines_out;
	bool ending, ended;
	bool is_socket;
	int fd; /* -1: not connected */
	char destination[512];
	char *first;
	char batch[BATCH];
};

static int connect_unix(const char *path)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(a.sun_path))
		return -1;
	memcpy(a.sun_path, path, strlen(path));
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) < 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int connect_tcp(const char *destination)
{
	char host[512];
	struct addrinfo hints = {.ai_socktype = SOCK_STREAM}, *list;
	const char *colon = strrchr(destination, ':');
	size_t len = colon ? (size_t)(colon - destination) : 0;
	int fd = -1;

	if (!colon)
		return -1;
	/* [2001:db8::1]:9999 */
	if (len >= 2 && destination[0] == '[' && destination[len - 1] == ']') {
		destination++;
		len -= 2;
	}
	memcpy(host, destination, len);
	host[len] = 0;
	if (getaddrinfo(host, colon + 1, &hints, &list) != 0)
		return -1;
	for (const struct addrinfo *a = list; a && fd < 0; a = a->ai_next) {
		fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
		struct timeval limit = {.tv_sec = SEND_MS / 1000};
		if (fd >= 0)
			setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
		if (fd >= 0 && connect(fd, a->ai_addr, a->ai_addrlen) < 0) {
			close(fd);
			fd = -1;
		}
	}
	freeaddrinfo(list);
	return fd;
}

static bool write_all(struct sink *s, const char *p, size_t len)
{
	while (len) {
		ssize_t n = s->is_socket ? send(s->fd, p, len, MSG_NOSIGNAL) : write(s->fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN && !s->is_socket) {
			struct pollfd w = {.fd = s->fd, .events = POLLOUT};
			poll(&w, 1, RETRY_MS);
			continue;
		}
		if (n <= 0)
			return false;
		p += n;
		len -= (size_t)n;
	}
	return true;
}

static bool is_connected(struct sink *s)
{
	if (s->fd >= 0)
		return true;
	if (!s->is_socket)
		return false;
	bool local = strncmp(s->destination, "unix:", 5) == 0;
	int fd = local ? connect_unix(s->destination + 5) : connect_tcp(s->destination);
	if (fd < 0)
		return false;
	s->fd = fd;
	if (!s->first || write_all(s, s->first, strlen(s->first)))
		return true;
	close(s->fd);
	s->fd = -1;
	return false;
}

/* Whole lines into the batch, without taking them yet. Called with the lock held. */
static size_t look(struct sink *s)
{
	size_t n = s->head - s->tail < BATCH ? s->head - s->tail : BATCH;
	for (size_t i = 0; i < n; i++)
		s->batch[i] = s->buffer[(s->tail + i) % BUFFER];
	while (n && s->batch[n - 1] != '\n')
		n--;
	return n;
}

static void pause_ms(struct sink *s, unsigned ms)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += (long)(ms % 1000) * 1000000;
	until.tv_sec += ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;
	if (!s->ending)
		pthread_cond_timedwait(&s->changed, &s->lock, &until);
}

static void *work(void *arg)
{
	struct sink *s = arg;

	pthread_mutex_lock(&s->lock);
	for (;;) {
		size_t n = look(s);
		if (n == 0 && s->ending)
			break;
		if (n == 0) {
			pthread_cond_wait(&s->changed, &s->lock);
			continue;
		}
		pthread_mutex_unlock(&s->lock);
		bool done = is_connected(s) && write_all(s, s->batch, n);
		if (!done && s->is_socket && s->fd >= 0) {
			close(s->fd);
			s->fd = -1;
		}
		pthread_mutex_lock(&s->lock);
		if (done) {
			s->tail += n;
			for (size_t i = 0; i < n; i++)
				s->lines_out += s->batch[i] == '\n';
		} else if (s->ending) {
			break;
		} else {
			pause_ms(s, RETRY_MS);
		}
	}
	s->ended = true;
	pthread_cond_broadcast(&s->changed);
	pthread_mutex_unlock(&s->lock);
	return NULL;
}

static struct sink *make(int fd, const char *destination, const char *first)
{
	struct sink *s = calloc(1, sizeof(*s));
	if (!s)
		return NULL;
	s->fd = fd;
	s->is_socket = destination != NULL;
	s->buffer = malloc(BUFFER);
	s->first = first ? strdup(first) : NULL;
	if (destination)
		strncpy(s->destination, destination, sizeof(s->destination) - 1);
	pthread_mutex_init(&s->lock, NULL);
	pthread_cond_init(&s->changed, NULL);
	if (!s->buffer || (first && !s->first) || pthread_create(&s->thread, NULL, work, s) != 0) {
		free(s->buffer);
		free(s->first);
		free(s);
		return NULL;
	}
	return s;
}

struct sink *sink_to(const char *destination, const char *first)
{
	return make(-1, destination, first);
}

struct sink *sink_fd(int fd)
{
	return make(fd, NULL, NULL);
}

void sink_put(struct sink *s, const char *line, size_t len)
{
	pthread_mutex_lock(&s->lock);
	if (len > BATCH || len > BUFFER - (s->head - s->tail)) {
		s->lost++;
	} else {
		size_t at = s->head % BUFFER, first = BUFFER - at < len ? BUFFER - at : len;
		memcpy(s->buffer + at, line, first);
		memcpy(s->buffer, line + first, len - first);
		s->head += len;
		s->lines_in++;
		pthread_cond_broadcast(&s->changed);
	}
	pthread_mutex_unlock(&s->lock);
}

uint64_t sink_lost(struct sink *s)
{
	pthread_mutex_lock(&s->lock);
	uint64_t lost = s->lost;
	pthread_mutex_unlock(&s->lock);
	return lost;
}

uint64_t sink_close(struct sink *s, unsigned wait_ms)
{
	struct timespec until;
	clock_gettime(CLOCK_REALTIME, &until);
	until.tv_nsec += (long)(wait_ms % 1000) * 1000000;
	until.tv_sec += wait_ms / 1000 + until.tv_nsec / 1000000000;
	until.tv_nsec %= 1000000000;

	pthread_mutex_lock(&s->lock);
	s->ending = true;
	pthread_cond_broadcast(&s->changed);
	while (!s->ended)
		if (pthread_cond_timedwait(&s->changed, &s->lock, &until) != 0)
			break;
	bool ended = s->ended;
	uint64_t lost = s->lost + (s->lines_in - s->lines_out);
	pthread_mutex_unlock(&s->lock);
	if (!ended) {
		/* Stuck in a call that takes as long as it likes; the process is about to end. */
		pthread_detach(s->thread);
		return lost;
	}
	pthread_join(s->thread, NULL);
	if (s->is_socket && s->fd >= 0)
		close(s->fd);
	free(s->buffer);
	free(s->first);
	free(s);
	return lost;
}
