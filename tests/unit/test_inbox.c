/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "agent/inbox.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static void send_to(const struct inbox *b, const void *p, size_t len)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	memcpy(a.sun_path, b->path, strlen(b->path));
	assert_int_equal(sendto(fd, p, len, 0, (struct sockaddr *)&a, sizeof(a)), (ssize_t)len);
	close(fd);
}

static void reports_arrive_with_the_senders_pid(void **state)
{
	struct inbox b;
	struct inbox_report got;
	struct {
		struct preload_message head;
		char name[11];
	} m = {{.magic = PRELOAD_MAGIC, .qtype = 16, .name_len = 11}, "example.com"};
	struct stat st;

	assert_int_equal(inbox_open(&b), 0);
	assert_int_equal(stat(b.path, &st), 0);
	assert_int_equal(st.st_mode & 077, 0);
	assert_true(strlen(b.path) <= PRELOAD_PATH_MAX);
	assert_false(inbox_take(&b, &got));
	send_to(&b, &m, sizeof(m.head) + 11);
	assert_true(inbox_take(&b, &got));
	assert_int_equal(got.pid, getpid());
	assert_int_equal(got.head.qtype, 16);
	assert_string_equal((char *)got.name, "example.com");
	inbox_close(&b);
	assert_int_equal(stat(b.path, &st), -1);
}

static void what_is_no_report_is_counted_and_passed_over(void **state)
{
	struct inbox b;
	struct inbox_report got;
	struct {
		struct preload_message head;
		char name[4];
	} m = {{.magic = PRELOAD_MAGIC, .name_len = 4}, "a.de"}, bad;

	assert_int_equal(inbox_open(&b), 0);
	send_to(&b, "hello", 5);
	bad = m;
	bad.head.magic++;
	send_to(&b, &bad, sizeof(m.head) + 4);
	bad = m;
	bad.head.name_len = 400;
	send_to(&b, &bad, sizeof(m.head) + 4);
	bad = m;
	bad.head.call = PRELOAD_CALLS;
	send_to(&b, &bad, sizeof(m.head) + 4);
	bad = m;
	bad.head.n_addresses = PRELOAD_ADDRESSES + 1;
	send_to(&b, &bad, sizeof(m.head) + 4);
	send_to(&b, &m, sizeof(m.head) + 4);
	assert_true(inbox_take(&b, &got));
	assert_string_equal((char *)got.name, "a.de");
	assert_int_equal(b.bad, 5);
	assert_false(inbox_take(&b, &got));
	inbox_close(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(reports_arrive_with_the_senders_pid),
	    cmocka_unit_test(what_is_no_report_is_counted_and_passed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
