/* SPDX-License-Identifier: ISC
 *
 * Asks in the ways that the first argument names, each with a name of its own; prints its pid and
 * what it got, so that output, status and pid can be compared. */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static unsigned char q[600];
static size_t q_len;

static void question(const char *label)
{
	size_t n = strlen(label);
	memcpy(q, "\x12\x34\1\0\0\1\0\0\0\0\0\0", 12);
	q[12] = (unsigned char)n;
	memcpy(q + 13, label, n);
	memcpy(q + 13 + n, "\7example\3com\0\0\1\0\1", 17);
	q_len = 13 + n + 17;
}

static int open_to(int family, int type, int port)
{
	int s = socket(family, type, 0);
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(port)};
	struct sockaddr_in6 b = {.sin6_family = AF_INET6, .sin6_port = htons(port)};
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	b.sin6_addr = in6addr_loopback;
	if (connect(s, family == AF_INET ? (void *)&a : (void *)&b,
	        family == AF_INET ? sizeof a : sizeof b))
		perror("connect");
	return s;
}

static void answer(int s)
{
	unsigned char b[600];
	fd_set set;
	struct timeval t = {3, 0};
	if (s >= FD_SETSIZE) {
		puts("descriptor beyond select()");
		return;
	}
	FD_ZERO(&set);
	FD_SET(s, &set);
	int ready = select(s + 1, &set, NULL, NULL, &t);
	ssize_t n = ready > 0 ? recv(s, b, sizeof b, 0) : -1;
	printf("answer %zd\n", n);
	close(s);
}

static void *thread(void *arg)
{
	char name[64];
	struct addrinfo *r, h = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	for (int i = 0; i < 5; i++) {
		snprintf(name, sizeof name, "t%d-%d.example.com", (int)(long)arg, i);
		if (getaddrinfo(name, NULL, &h, &r) == 0)
			freeaddrinfo(r);
	}
	return NULL;
}

static void threads(void)
{
	pthread_t t[8];
	for (long i = 0; i < 8; i++)
		pthread_create(&t[i], NULL, thread, (void *)i);
	for (int i = 0; i < 8; i++)
		pthread_join(t[i], NULL);
	puts("joined");
}

static void library(void)
{
	struct hostent h, *p;
	struct sockaddr_in a = {.sin_family = AF_INET};
	struct __res_state st = {0};
	unsigned char b[600];
	char buf[2000];
	int e;
	a.sin_addr.s_addr = htonl(0x0a000001);
	gethostbyname("n1.example.com");
	gethostbyname2("n2.example.com", AF_INET);
	gethostbyname_r("n3.example.com", &h, buf, sizeof buf, &p, &e);
	gethostbyname2_r("n4.example.com", AF_INET, &h, buf, sizeof buf, &p, &e);
	getnameinfo((void *)&a, sizeof a, buf, 200, NULL, 0, 0);
	res_query("n5.example.com", 1, 16, b, sizeof b);
	res_search("n6.example.com", 1, 16, b, sizeof b);
	res_ninit(&st);
	res_nquery(&st, "n7.example.com", 1, 16, b, sizeof b);
	res_nsearch(&st, "n8.example.com", 1, 16, b, sizeof b);
	res_querydomain("n9", "example.com", 1, 16, b, sizeof b);
	question("n10");
	res_send(q, (int)q_len, b, sizeof b);
	errno = 0;
	e = gethostbyname("n11.example.com") != NULL;
	printf("found %d errno %d\n", e, errno);
}

int main(int argc, char **argv)
{
	const char *how = argc > 1 ? argv[1] : "";
	const char *name = argc > 2 ? argv[2] : how;
	struct iovec v[2];
	int s;

	question(name);
	v[0] = (struct iovec){q, 20};
	v[1] = (struct iovec){q + 20, q_len - 20};
	setvbuf(stdout, NULL, _IONBF, 0);
	printf("pid %d\n", getpid());
	if (!strcmp(how, "write")) {
		s = open_to(AF_INET, SOCK_DGRAM, 53);
		printf("sent %zd errno %d\n", write(s, q, q_len), errno);
		answer(s);
	} else if (!strcmp(how, "writev")) {
		s = open_to(AF_INET, SOCK_DGRAM, 53);
		writev(s, v, 2);
		answer(s);
	} else if (!strcmp(how, "sendmsg")) {
		struct msghdr m = {.msg_iov = v, .msg_iovlen = 2};
		s = open_to(AF_INET6, SOCK_DGRAM, 53);
		sendmsg(s, &m, 0);
		answer(s);
	} else if (!strcmp(how, "sendto")) {
		struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(53)};
		a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
		s = socket(AF_INET, SOCK_DGRAM, 0);
		sendto(s, q, q_len, 0, (void *)&a, sizeof a);
		answer(s);
	} else if (!strcmp(how, "sendmmsg")) {
		struct mmsghdr m[2] = {{.msg_hdr = {.msg_iov = v, .msg_iovlen = 2}},
		    {.msg_hdr = {.msg_iov = v, .msg_iovlen = 2}}};
		s = open_to(AF_INET, SOCK_DGRAM, 53);
		printf("sent %d\n", sendmmsg(s, m, 2, 0));
		answer(s);
	} else if (!strcmp(how, "tcp")) {
		unsigned char l[2] = {(unsigned char)(q_len >> 8), (unsigned char)q_len};
		s = open_to(AF_INET, SOCK_STREAM, 53);
		/* In pieces, as a stream may be. */
		write(s, l, 1);
		write(s, l + 1, 1);
		write(s, q, 5);
		write(s, q + 5, q_len - 5);
		answer(s);
	} else if (!strcmp(how, "port")) {
		s = open_to(AF_INET, SOCK_DGRAM, 5300);
		write(s, q, q_len);
		answer(s);
	} else if (!strcmp(how, "copied")) {
		s = open_to(AF_INET, SOCK_DGRAM, 53);
		dup2(s, 9);
		write(9, q, q_len);
		answer(9);
	} else if (!strcmp(how, "uring")) {
		char params[120] = {0};
		printf("uring %d\n", syscall(SYS_io_uring_setup, 4, params) >= 0);
	} else if (!strcmp(how, "many")) { /* more sockets than the window holds */
		int fds[600], n = 0;
		for (; n < 600; n++)
			if ((fds[n] = open_to(AF_INET, SOCK_DGRAM, 9)) < 0)
				break;
		printf("sockets %d\n", n);
		for (int i = 0; i < n; i++)
			close(fds[i]);
		s = open_to(AF_INET, SOCK_DGRAM, 53);
		write(s, q, q_len);
		answer(s);
	} else if (!strcmp(how, "loop")) {
		int times = atoi(name);
		question("loop");
		for (int i = 0; i < times; i++) {
			s = open_to(AF_INET, SOCK_DGRAM, 53);
			write(s, q, q_len);
			close(s);
			usleep(1000);
		}
		printf("done %d\n", times);
	} else if (!strcmp(how, "threads")) {
		threads();
	} else if (!strcmp(how, "library")) {
		library();
	} else if (!strcmp(how, "fork")) {
		for (int i = 0; i < atoi(name); i++) {
			pid_t p = fork();
			if (p == 0) {
				s = open_to(AF_INET, SOCK_DGRAM, 53);
				write(s, q, q_len);
				_exit(0);
			}
			waitpid(p, NULL, 0);
		}
		puts("forked");
	}
	return argc > 3 ? atoi(argv[3]) : 7;
}
