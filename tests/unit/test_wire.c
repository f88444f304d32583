/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "app/cmd/wire.h"

static const char *const servers[] = {"10.0.0.53", "10.0.0.54"};
static const char *const attack[] = {"T1048.003"};
static const struct dh_count counts[] = {{"TXT", 7}, {"NULL", 1}};
static const struct dh_detail details[] = {{"mode", "DNS"}};
static const struct dh_reason reasons[] = {{"leak_up_10m", "much", 77, 31}};
static const struct dh_process process = {"host", "comm", "/exe", NULL, 42};
static const struct dh_allowed allowed = {"a ticket", "allow.tsv", 3};

static struct dh_finding full(void)
{
	return (struct dh_finding){.size = sizeof(struct dh_finding),
	    .verdict = DH_TUNNEL,
	    .severity = DH_HIGH,
	    .confidence = DH_LIKELY,
	    .score = 93,
	    .id = "0123456789abcdef",
	    .sensor = "s",
	    .client = "10.0.0.7",
	    .zone = "evil.com",
	    .transport = "udp",
	    .servers = servers,
	    .n_servers = 2,
	    .bytes_up = 1234,
	    .qtypes = counts,
	    .n_qtypes = 2,
	    .carve_command = "dnshound carve",
	    .tool = "iodine",
	    .tool_confidence = DH_EXACT,
	    .tool_details = details,
	    .n_tool_details = 1,
	    .process = &process,
	    .allowed = &allowed,
	    .attack = attack,
	    .n_attack = 1,
	    .reasons = reasons,
	    .n_reasons = 1,
	    .version = "1",
	    .scorecard_version = "2",
	    .model_version = "3"};
}

static void what_is_written_is_read(void **state)
{
	char *message = malloc(WIRE_MAX);
	struct wire_finding *got = malloc(sizeof(*got));
	struct dh_finding f = full();
	size_t len = wire_write(&f, 99, message);
	assert_true(len > 0 && wire_read(got, message, len));
	assert_int_equal(got->now_ns, 99);
	assert_string_equal(got->f.zone, "evil.com");
	assert_string_equal(got->f.servers[1], "10.0.0.54");
	assert_string_equal(got->f.qtypes[1].name, "NULL");
	assert_int_equal(got->f.qtypes[0].count, 7);
	assert_string_equal(got->f.tool, "iodine");
	assert_null(got->f.encoding);
	assert_string_equal(got->f.carve_command, "dnshound carve");
	assert_ptr_not_equal(got->f.carve_command, f.carve_command);
	assert_string_equal(got->f.tool_details[0].value, "DNS");
	assert_int_equal(got->f.reasons[0].points, 31);
	assert_string_equal(got->f.process->comm, "comm");
	assert_null(got->f.process->cmdline);
	assert_int_equal(got->f.process->pid, 42);
	assert_string_equal(got->f.allowed->reason, "a ticket");
	assert_string_equal(got->f.attack[0], "T1048.003");
	assert_int_equal(got->f.bytes_up, 1234);
	free(got);
	free(message);
}

static void nothing_that_is_cut_or_changed_leads_astray(void **state)
{
	char *message = malloc(WIRE_MAX), *copy = malloc(WIRE_MAX);
	struct wire_finding *got = malloc(sizeof(*got));
	struct dh_finding f = full();
	size_t len = wire_write(&f, 99, message);
	for (size_t cut = 0; cut < len; cut++)
		assert_false(wire_read(got, message, cut));
	/* Each number and length set to all ones: refused, or still a finding of strings. */
	for (size_t at = 0; at < len; at++) {
		memcpy(copy, message, len);
		copy[at] = (char)0xff;
		if (wire_read(got, copy, len))
			assert_true(got->f.score <= 100 && strlen(got->f.zone) < len);
	}
	free(got);
	free(copy);
	free(message);
}

static void what_does_not_fit_is_not_written(void **state)
{
	char *message = malloc(WIRE_MAX), *text = malloc(WIRE_MAX + 1);
	struct dh_finding f = full();
	memset(text, 'x', WIRE_MAX);
	text[WIRE_MAX] = 0;
	f.encoding = text;
	assert_int_equal(wire_write(&f, 0, message), 0);
	free(text);
	free(message);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_written_is_read),
	    cmocka_unit_test(nothing_that_is_cut_or_changed_leads_astray),
	    cmocka_unit_test(what_does_not_fit_is_not_written),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
