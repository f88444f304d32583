/* SPDX-License-Identifier: ISC
 *
 * The work that bench/run-overhead times: run_work WHAT TIMES prints the nanoseconds that one turn
 * took. `serve` answers DNS on 127.0.0.1:53 and echoes TCP on port 7. */
#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char buffer[65536];

static struct sockaddr_in here(int port)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
	a.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return a;
}

static void *serve_dns(void *arg)
{
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	struct sockaddr_in a = here(53), peer;
	socklen_t len = sizeof(peer);
	unsigned char q[600];

	(void)arg;
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) < 0)
		exit(1);
	for (ssize_t n; (n = recvfrom(s, q, 500, 0, (struct sockaddr *)&peer, &len)) > 12;) {
		q[2] |= 0x80;
		q[7] = 1;
		memcpy(q + n, "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\x7f\0\0\2", 16);
		sendto(s, q, (size_t)n + 16, 0, (struct sockaddr *)&peer, len);
	}
	return NULL;
}

/* 'e': echo single bytes; 's': swallow. */
static void *serve_one(void *arg)
{
	int c = (int)(long)arg;
	char in[65536], mode = 0;
	setsockopt(c, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
	if (read(c, &mode, 1) == 1)
		for (ssize_t n; (n = read(c, in, sizeof(in))) > 0;)
			if (mode == 'e' && write(c, in, (size_t)n) < 0)
				break;
	close(c);
	return NULL;
}

static void serve(void)
{
	pthread_t t;
	int s = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in a = here(7);
	setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &(int){1}, sizeof(int));
	if (bind(s, (struct sockaddr *)&a, sizeof(a)) < 0 || listen(s, 16) < 0)
		exit(1);
	pthread_create(&t, NULL, serve_dns, NULL);
	puts("serving");
	fflush(stdout);
	for (;;)
		pthread_create(&t, NULL, serve_one, (void *)(long)accept(s, NULL, NULL));
}

static int to_peer(char mode)
{
	struct sockaddr_in a = here(7);
	int s = socket(AF_INET, SOCK_STREAM, 0);
	if (connect(s, (struct sockaddr *)&a, sizeof(a)) < 0 || write(s, &mode, 1) != 1)
		exit(1);
	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &(int){1}, sizeof(int));
	return s;
}

static void lookups(long n)
{
	struct addrinfo *r, h = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM};
	for (long i = 0; i < n; i++)
		if (getaddrinfo("bench.example.com", NULL, &h, &r) == 0)
			freeaddrinfo(r);
}

/* Both families, as most programs ask: two queries in one call. Half of the time is a query's. */
static void pairs(long n)
{
	struct addrinfo *r, h = {.ai_socktype = SOCK_STREAM};
	for (long i = 0; i < n / 2; i++)
		if (getaddrinfo("bench.example.com", NULL, &h, &r) == 0)
			freeaddrinfo(r);
}

/* Queries on one socket, as resolvers and tunnels send them. */
static void queries(long n)
{
	static const char q[] = "\x12\x34\1\0\0\1\0\0\0\0\0\0\5bench\7example\3com\0\0\1\0\1";
	struct sockaddr_in a = here(53);
	int s = socket(AF_INET, SOCK_DGRAM, 0);
	if (connect(s, (struct sockaddr *)&a, sizeof(a)) < 0)
		exit(1);
	for (long i = 0; i < n; i++)
		if (send(s, q, sizeof(q) - 1, 0) < 0 || recv(s, buffer, sizeof(buffer), 0) < 0)
			exit(1);
}

static void pipe_writes(long n)
{
	int p[2];
	if (pipe(p) < 0)
		exit(1);
	for (long i = 0; i < n; i++)
		if (write(p[1], buffer, 512) < 0 || read(p[0], buffer, 512) < 0)
			exit(1);
}

static void processes(long n)
{
	for (long i = 0; i < n; i++) {
		pid_t pid = fork();
		if (pid == 0) {
			execl("/bin/true", "true", (char *)NULL);
			_exit(1);
		}
		waitpid(pid, NULL, 0);
	}
}

static void compile(long n)
{
	for (long i = 0; i < n; i++)
		if (system("printf '#include <stdio.h>\\n#include <netdb.h>\\nint f(int a) { "
		           "return a * 7 + "
		           "puts(\"x\"); }\\n' | cc -O2 -x c -c -o /dev/null -") != 0)
			exit(1);
}

static void upload(long n)
{
	int s = to_peer('s');
	for (long i = 0; i < n; i++)
		if (write(s, buffer, sizeof(buffer)) < 0)
			exit(1);
	close(s);
}

static void ping_pong(long n)
{
	int s = to_peer('e');
	for (long i = 0; i < n; i++)
		if (write(s, buffer, 64) < 0 || read(s, buffer, 64) < 0)
			exit(1);
	close(s);
}

static void compute(long n)
{
	volatile uint64_t x = 1;
	for (long i = 0; i < n * 1000; i++)
		x = x * 6364136223846793005u + 1;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		void (*fn)(long n);
	} works[] = {{"lookups", lookups}, {"pairs", pairs}, {"queries", queries},
	    {"pipe", pipe_writes}, {"processes", processes}, {"compile", compile},
	    {"upload", upload}, {"pingpong", ping_pong}, {"compute", compute}};
	struct timespec from, to;

	if (argc == 2 && strcmp(argv[1], "serve") == 0)
		serve();
	if (argc != 3)
		return 2;
	long n = atol(argv[2]);
	for (unsigned i = 0; i < sizeof(works) / sizeof(works[0]); i++) {
		if (strcmp(argv[1], works[i].name) != 0)
			continue;
		clock_gettime(CLOCK_MONOTONIC, &from);
		works[i].fn(n);
		clock_gettime(CLOCK_MONOTONIC, &to);
		printf("%.1f\n", ((double)(to.tv_sec - from.tv_sec) * 1e9 +
		                     (double)(to.tv_nsec - from.tv_nsec)) /
		                     (double)n);
		return 0;
	}
	return 2;
}
