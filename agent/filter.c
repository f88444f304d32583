/* SPDX-License-Identifier: ISC */
#include "agent/filter.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <stdint.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "lib/base/assert.h"

#ifndef SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV
#define SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV (1UL << 5) /* Linux 5.19 */
#endif

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#elif defined(__riscv)
#define ARCH AUDIT_ARCH_RISCV64
#else
#error "the supervisor is written for x86-64, arm64 and riscv64"
#endif
#define X32_BIT 0x40000000u

/* What an Internet address is at least long: struct sockaddr_in. */
#define INET_ADDRESS_MIN 16

enum window_limit { WINDOW_SIZE = 448, WINDOW_END = 1024, WINDOW_SMALLEST = 32 };

struct filter_window filter_window(unsigned long limit)
{
	struct filter_window w = {.end = limit < WINDOW_END ? (unsigned)limit : WINDOW_END};
	unsigned size = w.end / 2 < WINDOW_SIZE ? w.end / 2 : WINDOW_SIZE;

	if (size < WINDOW_SMALLEST)
		return (struct filter_window){0};
	w.first = w.end - size;
	w.streams = w.end - size / 4;
	return w;
}

/* A program under construction. Jumps lead to labels, which are filled in at the end: BPF only
 * jumps forward, by a count of instructions. */
enum label {
	NEXT,
	ALLOW,
	NOTIFY,
	WINDOW,
	SIZED,
	CONNECT,
	SENDTO,
	SOCKET,
	INET,
	KIND,
	DATAGRAM,
	STREAM,
	DUP,
	LABELS
};

struct assembly {
	struct sock_filter *code;
	unsigned short n;
	uint8_t yes[FILTER_ROOM], no[FILTER_ROOM]; /* enum label */
	unsigned short at[LABELS];
};

static void emit(struct assembly *a, uint16_t op, uint32_t k, enum label yes, enum label no)
{
	dh_assert(a->n < FILTER_ROOM);
	a->code[a->n] = (struct sock_filter){.code = op, .k = k};
	a->yes[a->n] = (uint8_t)yes;
	a->no[a->n] = (uint8_t)no;
	a->n++;
}

static void load(struct assembly *a, size_t offset)
{
	emit(a, BPF_LD | BPF_W | BPF_ABS, (uint32_t)offset, NEXT, NEXT);
}

/* The lower or upper half of an argument. */
static void load_arg(struct assembly *a, unsigned arg, bool upper)
{
	bool second = (__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__) == upper;
	load(a, offsetof(struct seccomp_data, args) + 8 * arg + (second ? 4 : 0));
}

static void equal(struct assembly *a, uint32_t k, enum label yes, enum label no)
{
	emit(a, BPF_JMP | BPF_JEQ | BPF_K, k, yes, no);
}

static void at_least(struct assembly *a, uint32_t k, enum label yes, enum label no)
{
	emit(a, BPF_JMP | BPF_JGE | BPF_K, k, yes, no);
}

static void place(struct assembly *a, enum label label)
{
	a->at[label] = a->n;
}

static void resolve(struct assembly *a)
{
	for (unsigned short i = 0; i < a->n; i++) {
		if (a->yes[i] != NEXT)
			a->code[i].jt = (uint8_t)(a->at[a->yes[i]] - i - 1);
		if (a->no[i] != NEXT)
			a->code[i].jf = (uint8_t)(a->at[a->no[i]] - i - 1);
	}
}

static void calls(struct assembly *a, const struct filter_options *o)
{
	static const uint32_t always[] = {
	    SYS_execve, SYS_execveat, SYS_setns, SYS_unshare, SYS_io_uring_setup};
	static const uint32_t identity[] = {SYS_setuid, SYS_setreuid, SYS_setresuid, SYS_setfsuid};
	static const uint32_t sending[] = {SYS_sendmsg, SYS_sendmmsg, SYS_writev};
	static const uint32_t receiving[] = {SYS_recvfrom, SYS_recvmsg, SYS_recvmmsg, SYS_read};
	enum label window = o->all_writes ? NOTIFY : WINDOW;

	equal(a, SYS_write, o->all_writes ? NOTIFY : SIZED, NEXT);
	for (unsigned i = 0; i < sizeof(sending) / sizeof(sending[0]); i++)
		equal(a, sending[i], window, NEXT);
	equal(a, SYS_sendto, o->all_writes ? NOTIFY : SENDTO, NEXT);
	equal(a, SYS_connect, CONNECT, NEXT);
	equal(a, SYS_socket, SOCKET, NEXT);
#ifdef SYS_dup2
	equal(a, SYS_dup2, DUP, NEXT);
#endif
	equal(a, SYS_dup3, DUP, NEXT);
	equal(a, SYS_dup, WINDOW, NEXT);
	for (unsigned i = 0; o->answers && i < sizeof(receiving) / sizeof(receiving[0]); i++)
		equal(a, receiving[i], DATAGRAM, NEXT);
	for (unsigned i = 0; i < sizeof(always) / sizeof(always[0]); i++)
		equal(a, always[i], NOTIFY, NEXT);
	for (unsigned i = 0; o->identity && i < sizeof(identity) / sizeof(identity[0]); i++)
		equal(a, identity[i], NOTIFY, NEXT);
	at_least(a, 0, ALLOW, NEXT); /* anything else */
}

unsigned short filter_build(struct sock_filter code[FILTER_ROOM], const struct filter_options *o)
{
	struct assembly a = {.code = code};
	const struct filter_window *w = &o->window;

	load(&a, offsetof(struct seccomp_data, arch));
	equal(&a, ARCH, NEXT, ALLOW);
	load(&a, offsetof(struct seccomp_data, nr));
	at_least(&a, X32_BIT, ALLOW, NEXT);
	calls(&a, o);

	/* Internet sockets that are datagrams or streams. */
	place(&a, SOCKET);
	load_arg(&a, 0, false);
	equal(&a, AF_INET, KIND, NEXT);
	equal(&a, AF_INET6, KIND, ALLOW);
	place(&a, KIND);
	load_arg(&a, 1, false);
	emit(&a, BPF_ALU | BPF_AND | BPF_K, 0xf, NEXT, NEXT);
	equal(&a, SOCK_DGRAM, NOTIFY, NEXT);
	equal(&a, SOCK_STREAM, NOTIFY, ALLOW);

	/* In the window the peer is asked for at each send; outside, a connection is told of. */
	place(&a, CONNECT);
	load_arg(&a, 0, false);
	at_least(&a, w->first, NEXT, INET);
	at_least(&a, w->end, INET, ALLOW);
	place(&a, INET);
	load_arg(&a, 2, false);
	at_least(&a, INET_ADDRESS_MIN, NOTIFY, ALLOW);

	/* An address makes sendto() worth a look wherever the socket is. */
	place(&a, SENDTO);
	load_arg(&a, 5, false);
	at_least(&a, INET_ADDRESS_MIN, NOTIFY, SIZED);

	/* write() and send(): long ones of streams pass. */
	place(&a, SIZED);
	load_arg(&a, 0, false);
	at_least(&a, w->first, NEXT, ALLOW);
	at_least(&a, w->end, ALLOW, NEXT);
	at_least(&a, w->streams, STREAM, NOTIFY);
	place(&a, STREAM);
	load_arg(&a, 2, true);
	equal(&a, 0, NEXT, ALLOW);
	load_arg(&a, 2, false);
	at_least(&a, FILTER_STREAM_MAX + 1, ALLOW, NOTIFY);

	place(&a, DUP); /* from inside to outside */
	load_arg(&a, 1, false);
	at_least(&a, w->first, ALLOW, NEXT);
	place(&a, WINDOW);
	load_arg(&a, 0, false);
	at_least(&a, w->first, NEXT, ALLOW);
	at_least(&a, w->end, ALLOW, NOTIFY);
	place(&a, DATAGRAM);
	load_arg(&a, 0, false);
	at_least(&a, w->first, NEXT, ALLOW);
	at_least(&a, w->streams, ALLOW, NOTIFY);

	place(&a, ALLOW);
	emit(&a, BPF_RET | BPF_K, SECCOMP_RET_ALLOW, NEXT, NEXT);
	place(&a, NOTIFY);
	emit(&a, BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF, NEXT, NEXT);
	resolve(&a);
	return a.n;
}

static int install(const struct sock_fprog *program)
{
	static const unsigned long flags[] = {
	    SECCOMP_FILTER_FLAG_NEW_LISTENER | SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV,
	    SECCOMP_FILTER_FLAG_NEW_LISTENER};
	long fd = -1;

	for (unsigned i = 0; i < 2 && fd < 0; i++) {
		fd = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags[i], program);
		if (fd < 0 && errno != EINVAL)
			break;
	}
	return fd < 0 ? -errno : (int)fd;
}

int filter_install(const struct filter_options *o, bool *ret_no_new_privs)
{
	struct sock_filter code[FILTER_ROOM];
	struct sock_fprog program = {.filter = code};

	program.len = filter_build(code, o);
	int fd = install(&program);
	*ret_no_new_privs = fd == -EACCES;
	if (fd == -EACCES) {
		if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
			return -errno;
		fd = install(&program);
	}
	return fd;
}
