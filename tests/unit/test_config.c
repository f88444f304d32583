/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "app/cmd/config.h"

static char told[4096];

static void note(void *ctx, unsigned line, unsigned column, const char *text)
{
	size_t len = strlen(told);
	(void)ctx;
	snprintf(told + len, sizeof(told) - len, "%u:%u %s\n", line, column, text);
}

static bool read_text(const char *text, struct config *ret)
{
	char path[] = "/tmp/dnshound-config-XXXXXX";
	int fd = mkstemp(path);
	assert_true(fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text));
	close(fd);
	told[0] = 0;
	bool is_good = config_read(ret, path, note, NULL);
	unlink(path);
	return is_good;
}

static void defaults_come_from_the_table(void **state)
{
	struct config c;
	assert_true(read_text("sources:\n  - interface: eth0\n", &c));
	assert_int_equal(c.memory, 192 << 20);
	assert_int_equal(c.threshold, 50);
	assert_int_equal(c.horizon_s, 86400);
	assert_int_equal(c.n_sources, 1);
	assert_string_equal(c.sources[0].address, "eth0");
	assert_string_equal(c.sources[0].name, "interface-1");
	assert_true(c.sources[0].promiscuous);
	assert_int_equal(c.sources[0].buffer, 16 << 20);
	config_free(&c);
}

static void values_of_every_type(void **state)
{
	struct config c;
	assert_true(
	    read_text("memory: 1G\nlog_level: debug\nthreads: 3\n"
	              "site:\n  resolvers: [10.0.0.53, 2001:db8::53]\n  internal: 10.0.0.0/8\n"
	              "judge:\n  horizon: 7d\n"
	              "sources:\n  - dnstap: unix:/run/x.sock\n    socket_mode: 0600\n"
	              "    name: \"t: ap\"\n  - interface: any\n    promiscuous: no\n"
	              "sinks:\n  - type: command\n    command: [/bin/true, \"-x\"]\n",
	        &c));
	assert_int_equal(c.memory, 1 << 30);
	assert_int_equal(c.log_level, LOG_LEVEL_DEBUG);
	assert_int_equal(c.resolvers.n, 2);
	assert_string_equal(c.internal.at[0], "10.0.0.0/8");
	assert_int_equal(c.horizon_s, 7 * 86400);
	assert_int_equal(c.sources[0].socket_mode, 0600);
	assert_string_equal(c.sources[0].name, "t: ap");
	assert_false(c.sources[1].promiscuous);
	assert_string_equal(c.sinks[0].command[1], "-x");
	assert_null(c.sinks[0].command[2]);
	config_free(&c);
}

/* What is wrong, and what is said of it: line, column, and how the sentence begins. */
static const struct {
	const char *text, *said;
} wrongs[] = {
    {"memory: much\n", "1:9 memory: 'much' is not a number of bytes"},
    {"memory: 1K\n", "1:9 memory: 1K is outside of 16777216 to"},
    {"bogus: 1\n", "1:1 'bogus' is no key"},
    {"judge:\n  threshold: -1\n", "2:14 threshold: '-1' is not a number"},
    {"judge: 5\n", "1:8 judge: expected keys and values"},
    {"sources: 5\n", "1:10 sources: expected a list"},
    {"sources:\n  - filter: port 53\n", "2:5 a source needs one of"},
    {"sources:\n  - interface: a\n    follow: b\n", "2:5 a source needs one of"},
    {"sources:\n  - follow: /x\n    filter: port 53\n", "3:5 filter is nothing for a source"},
    {"sources:\n  - interface: a\n    filter: port 53x\n", "2:5 filter: "},
    {"sources:\n  - listen: 9999\n", "2:5 listen: '9999' is not unix:/path"},
    {"sources:\n  - listen: 1.2.3.4:99999\n", "2:5 listen: '1.2.3.4:99999' is not"},
    {"sources:\n  - listen: unix:/a\n    key: /k\n", "2:5 certificate and key belong"},
    {"memory: 64M\nmemory: 65M\n", "2:1 memory stands there twice"},
    {"site:\n  resolvers: [nobody]\n", "0:0 site: 'nobody' is no address"},
    {"site:\n  resolvers: {a: b}\n", "2:14 resolvers: expected a list"},
    {"judge:\n  threshold: 50\n  threshold: 60\n", "3:3 threshold stands there twice"},
    {"log_level: loud\n", "1:12 log_level: 'loud' is none of error, warning"},
    {"sinks:\n  - type: fax\n", "2:11 type: 'fax' is none of file"},
    {"sinks:\n  - name: a\n    address: /x\n  - name: a\n    address: /y\n", "4:5 two sinks"},
    {"a: [b\n", "2:1 "},
    {"- a\n", "1:1 expected keys and values"},
};

static void what_is_wrong_is_told_with_its_place(void **state)
{
	struct config c;
	for (unsigned i = 0; i < sizeof(wrongs) / sizeof(wrongs[0]); i++) {
		assert_false(read_text(wrongs[i].text, &c));
		if (strncmp(told, wrongs[i].said, strlen(wrongs[i].said)) != 0)
			fail_msg("%s: said %s", wrongs[i].text, told);
	}
	assert_false(config_read(&c, "/nonexistent", note, NULL));
}

static void all_that_is_wrong_is_told(void **state)
{
	struct config c;
	assert_false(read_text("x: 1\ny: 2\nmemory: z\n", &c));
	assert_non_null(strstr(told, "1:1 "));
	assert_non_null(strstr(told, "2:1 "));
	assert_non_null(strstr(told, "3:9 "));
}

static void addresses(void **state)
{
	assert_true(config_is_address("127.0.0.1:9999"));
	assert_true(config_is_address("[::1]:9999"));
	assert_true(config_is_address("unix:/run/a.sock"));
	assert_false(config_is_address("unix:a.sock"));
	assert_false(config_is_address("::1:9999"));
	assert_false(config_is_address("[127.0.0.1]:1"));
	assert_false(config_is_address("10.0.0.0/8:1"));
	assert_false(config_is_address("localhost"));
	assert_false(config_is_address("127.0.0.1:"));
	assert_false(config_is_address("127.0.0.1:70000"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(defaults_come_from_the_table),
	    cmocka_unit_test(values_of_every_type),
	    cmocka_unit_test(what_is_wrong_is_told_with_its_place),
	    cmocka_unit_test(all_that_is_wrong_is_told),
	    cmocka_unit_test(addresses),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
