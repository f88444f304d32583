/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "agent/filter.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

/* The kernel's interpreter, as far as the filter needs it. */
static uint32_t run(const struct sock_filter *code, unsigned n, const struct seccomp_data *d)
{
	uint32_t a = 0;
	for (unsigned pc = 0; pc < n; pc++) {
		const struct sock_filter *i = &code[pc];
		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			assert_true(i->k + 4 <= sizeof(*d));
			memcpy(&a, (const char *)d + i->k, 4);
			break;
		case BPF_ALU | BPF_AND | BPF_K:
			a &= i->k;
			break;
		case BPF_JMP | BPF_JEQ | BPF_K:
			pc += a == i->k ? i->jt : i->jf;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			pc += a >= i->k ? i->jt : i->jf;
			break;
		case BPF_RET | BPF_K:
			return i->k;
		default:
			fail_msg("code %x", i->code);
		}
	}
	fail_msg("ran off its end");
	return 0;
}

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#define ARCH AUDIT_ARCH_RISCV64
#endif

static struct sock_filter code[FILTER_ROOM];

static bool stops(const struct filter_options *o, int nr, uint64_t a0, uint64_t a1, uint64_t a2,
    uint64_t a4, uint64_t a5)
{
	unsigned n = filter_build(code, o);
	struct seccomp_data d = {.nr = nr, .arch = ARCH, .args = {a0, a1, a2, 0, a4, a5}};
	return run(code, n, &d) == SECCOMP_RET_USER_NOTIF;
}

static void the_window_is_below_what_select_takes(void **state)
{
	struct filter_window w = filter_window(1048576);
	assert_int_equal(w.end, 1024);
	assert_int_equal(w.first, 576);
	assert_true(w.first < w.streams && w.streams < w.end);
	w = filter_window(100);
	assert_int_equal(w.end, 100);
	assert_int_equal(w.first, 50);
	w = filter_window(20);
	assert_int_equal(w.end, 0);
}

static void sends_and_writes_stop_in_the_window_only(void **state)
{
	struct filter_options o = {.window = filter_window(1024)};
	static const int calls[] = {SYS_write, SYS_writev, SYS_sendmsg, SYS_sendmmsg, SYS_sendto};
	for (unsigned i = 0; i < 5; i++) {
		assert_false(stops(&o, calls[i], 1, 0, 30, 0, 0));
		assert_false(stops(&o, calls[i], 575, 0, 30, 0, 0));
		assert_true(stops(&o, calls[i], 576, 0, 30, 0, 0));
		assert_true(stops(&o, calls[i], 1023, 0, 30, 0, 0));
		assert_false(stops(&o, calls[i], 1024, 0, 30, 0, 0));
		/* Descriptors are ints: what the upper half holds does not matter. */
		assert_true(stops(&o, calls[i], 0xffffffff00000240, 0, 30, 0, 0));
	}
	o.all_writes = true;
	for (unsigned i = 0; i < 5; i++)
		assert_true(stops(&o, calls[i], 1, 0, 30, 0, 0));
}

static void an_address_stops_sendto_anywhere(void **state)
{
	struct filter_options o = {.window = filter_window(1024)};
	assert_true(stops(&o, SYS_sendto, 5, 0, 30, 0x7f00, 16));
	assert_true(stops(&o, SYS_sendto, 5, 0, 30, 0x7f00, 28));
	assert_false(stops(&o, SYS_sendto, 5, 0, 30, 0x7f00, 15)); /* no Internet address */
}

static void uploads_over_streams_pass(void **state)
{
	struct filter_options o = {.window = filter_window(1024)};
	unsigned stream = o.window.streams, datagram = o.window.first;
	assert_true(stops(&o, SYS_write, stream, 0, FILTER_STREAM_MAX, 0, 0));
	assert_false(stops(&o, SYS_write, stream, 0, FILTER_STREAM_MAX + 1, 0, 0));
	assert_false(stops(&o, SYS_sendto, stream, 0, FILTER_STREAM_MAX + 1, 0, 0));
	assert_false(stops(&o, SYS_write, stream, 0, 1ull << 32, 0, 0));
	assert_true(stops(&o, SYS_write, datagram, 0, FILTER_STREAM_MAX + 1, 0, 0));
}

static void internet_sockets_stop_and_no_others(void **state)
{
	struct filter_options o = {.window = filter_window(1024)};
	assert_true(stops(&o, SYS_socket, AF_INET, SOCK_DGRAM, 0, 0, 0));
	assert_true(
	    stops(&o, SYS_socket, AF_INET6, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, 0, 0));
	assert_false(stops(&o, SYS_socket, AF_INET, SOCK_RAW, 0, 0, 0));
	assert_false(stops(&o, SYS_socket, AF_UNIX, SOCK_DGRAM, 0, 0, 0));
	assert_false(stops(&o, SYS_socket, AF_NETLINK, SOCK_DGRAM, 0, 0, 0));
}

static void the_rest(void **state)
{
	struct filter_options o = {.window = filter_window(1024)};
	assert_true(stops(&o, SYS_connect, 3, 0, 16, 0, 0));
	assert_false(stops(&o, SYS_connect, 600, 0, 16, 0, 0)); /* the peer is asked for later */
	assert_false(stops(&o, SYS_connect, 3, 0, 15, 0, 0));
	assert_true(stops(&o, SYS_dup3, 600, 5, 0, 0, 0));
	assert_false(stops(&o, SYS_dup3, 5, 6, 0, 0, 0));
	assert_false(stops(&o, SYS_dup3, 600, 700, 0, 0, 0)); /* stays inside */
	assert_true(stops(&o, SYS_execve, 0, 0, 0, 0, 0));
	assert_true(stops(&o, SYS_io_uring_setup, 0, 0, 0, 0, 0));
	assert_false(stops(&o, SYS_setuid, 0, 0, 0, 0, 0));
	o.identity = true;
	assert_true(stops(&o, SYS_setuid, 0, 0, 0, 0, 0));
	assert_false(stops(&o, SYS_recvfrom, 600, 0, 0, 0, 0));
	o.answers = true;
	assert_true(stops(&o, SYS_recvfrom, 600, 0, 0, 0, 0));
	assert_false(stops(&o, SYS_read, 3, 0, 0, 0, 0));
	assert_false(stops(&o, SYS_openat, 600, 600, 0, 0, 0));
	assert_false(stops(&o, SYS_futex, 600, 0, 0, 0, 0));
}

static void calls_of_another_architecture_pass(void **state)
{
	struct filter_options o = {.window = filter_window(1024)};
	unsigned n = filter_build(code, &o);
	struct seccomp_data d = {.nr = SYS_write, .arch = AUDIT_ARCH_I386, .args = {600}};
	assert_int_equal(run(code, n, &d), SECCOMP_RET_ALLOW);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_window_is_below_what_select_takes),
	    cmocka_unit_test(sends_and_writes_stop_in_the_window_only),
	    cmocka_unit_test(an_address_stops_sendto_anywhere),
	    cmocka_unit_test(uploads_over_streams_pass),
	    cmocka_unit_test(internet_sockets_stop_and_no_others),
	    cmocka_unit_test(the_rest),
	    cmocka_unit_test(calls_of_another_architecture_pass),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
