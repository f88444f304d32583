/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "agent/procfs.h"

#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static void a_process_is_told_as_it_is(void **state)
{
	struct process p;
	assert_int_equal(procfs_read(getpid(), &p), 0);
	assert_int_equal(p.pid, getpid());
	assert_int_equal(p.uid, getuid());
	assert_int_equal(p.parents[0], getppid());
	assert_true(p.start_ticks > 0);
	assert_non_null(strstr(p.exe, "test_procfs"));
	assert_non_null(strstr(p.cmdline, "test_procfs"));
	assert_int_equal(procfs_group(getpid()), getpid());
	assert_int_equal(procfs_fsuid(getpid()), geteuid());
	assert_true(procfs_netns(0) != 0);
	assert_int_equal(procfs_netns(0), procfs_netns(getpid()));
}

static void names_with_parentheses_do_not_mislead(void **state)
{
	struct process p;
	prctl(PR_SET_NAME, "a) R 1 (b");
	assert_int_equal(procfs_read(getpid(), &p), 0);
	assert_string_equal(p.comm, "a) R 1 (b");
	assert_int_equal(p.parents[0], getppid());
}

static void one_that_has_gone_is_told(void **state)
{
	struct process p = {.pid = 77};
	pid_t pid = fork();
	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
	assert_true(procfs_read(pid, &p) < 0);
	assert_int_equal(p.pid, 77);
	assert_int_equal(procfs_group(pid), 0);
}

static void set_user_id_programs_are_known(void **state)
{
	char path[] = "/tmp/test_procfs_XXXXXX";
	int file = mkstemp(path);
	assert_true(file >= 0);
	assert_int_equal(fchmod(file, 0755), 0);
	int fd = procfs_open_program(getpid(), AT_FDCWD, path);
	assert_true(fd >= 0);
	assert_false(procfs_has_privilege(fd));
	if (geteuid() == 0) {
		assert_int_equal(fchown(file, 12345, 12345), 0);
		assert_int_equal(fchmod(file, 04755), 0);
		assert_true(procfs_has_privilege(fd));
	}
	close(fd);
	close(file);
	unlink(path);
	assert_true(procfs_open_program(getpid(), AT_FDCWD, "/no/such/program") < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_process_is_told_as_it_is),
	    cmocka_unit_test(names_with_parentheses_do_not_mislead),
	    cmocka_unit_test(one_that_has_gone_is_told),
	    cmocka_unit_test(set_user_id_programs_are_known),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
