/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/judge/baseline.h"
#include "lib/judge/verdict.h"

#define SITE "site\t1770000000\t1771000000\t20\t300\t1\t3\n"
#define BUDGETS "budgets\t300\t400\t500\t800\t0\t90000\t1\t3072\n"
#define ZONE             \
	"zone\texample." \
	"com\t12\t14\t600\t18\t0\t9000\t1\t2\t3\t900\t1000\t1200\t4\t5\t6\t10\t20\t30\n"
#define TREES "tree\t0<40 =250 =6\ntree\t3<9 0<2 =1 =2 =253\n"

static const struct hash_key key = {1, 2};
static char text[8192];
static void *memory;

/* Load a body under its header and with the right sum. */
static enum baseline_error load(const char *body, const struct baseline **ret, uint32_t *line)
{
	int n = snprintf(text, sizeof(text), BASELINE_HEADER "\n%s", body);
	uint64_t sum = baseline_sum(view_of(text, (size_t)n));
	n +=
	    snprintf(text + n, sizeof(text) - (size_t)n, "sum\t%016llx\n", (unsigned long long)sum);
	struct view v = view_of(text, (size_t)n);
	free(memory);
	memory = malloc(baseline_size(v));
	return baseline_load(memory, v, &key, ret, line);
}

static uint64_t hash_of_example(void)
{
	return hash_bytes(&key, "\7example\3com", 13);
}

static struct features pair(uint32_t up)
{
	struct features f = {.subject = SUBJECT_PAIR,
	    .zone_hash = hash_of_example(),
	    .zone_clients = 1,
	    .queries = 400,
	    .measured = 60,
	    .mean_sub_len = 30,
	    .bits_per_char = 4 * 256,
	    .unique_permille = 900,
	    .bytes_up = up,
	    .zone_up = up};
	for (int i = 0; i < SCALES; i++)
		f.up[i] = up;
	return f;
}

static void what_was_written_is_found(void **state)
{
	const struct baseline *b;
	uint32_t line = 9;
	assert_int_equal(load(SITE BUDGETS ZONE TREES, &b, &line), BASELINE_NONE);
	assert_int_equal(line, 0);
	assert_int_equal(b->site.clients, 20);
	assert_int_equal(b->site.left_out, 1);
	assert_int_equal(b->n_zones, 1);
	assert_int_equal(b->forest.n_trees, 2);
	const struct baseline_zone *z = baseline_zone_find(b, hash_of_example());
	assert_non_null(z);
	assert_int_equal(z->clients, 12);
	assert_int_equal(z->total, 9000);
	assert_int_equal(z->high_up[2], 1200);
	assert_int_equal(z->median_down[0], 4);
	assert_int_equal(z->high_down[2], 30);
	assert_null(baseline_zone_find(b, 12345));
}

static void a_bad_line_is_named(void **state)
{
	static const struct {
		const char *body;
		enum baseline_error error;
		uint32_t line;
	} bad[] = {
	    {SITE "zoo\t1\n", BASELINE_KIND, 3},
	    {"\n", BASELINE_KIND, 2},
	    {"site\t1\t2\n", BASELINE_FIELDS, 2},
	    {"site\t1\t2\t3\t4\t5\t6\t7\n", BASELINE_FIELDS, 2},
	    {"site\t1\t2\t3\t4\t5\tx\n", BASELINE_NUMBER, 2},
	    {"site\t1\t2\t3\t4\t5\t4294967296\n", BASELINE_NUMBER, 2},
	    {SITE ZONE ZONE, BASELINE_NAME, 4},
	    {"zone\tEXAMPLE.com\t3\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\n",
	        BASELINE_NAME, 2},
	    {"zone\ta.com\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\t1\n", BASELINE_NUMBER,
	        2}, /* one client */
	    {SITE TREES "tree\t0<40 =250\n", BASELINE_TREE, 5},
	    {"tree\t=250 =250\n", BASELINE_TREE, 2},
	    {"tree\t\n", BASELINE_TREE, 2},
	    {"tree\t9<1 =1 =1\n", BASELINE_NUMBER, 2},
	    {"budgets\t1\t2\t3\n", BASELINE_FIELDS, 2},
	};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct baseline *b = NULL;
		uint32_t line = 0;
		assert_int_equal(load(bad[i].body, &b, &line), bad[i].error);
		assert_int_equal(line, bad[i].line);
		assert_null(b);
	}
}

static void every_flipped_bit_is_noticed(void **state)
{
	const struct baseline *b;
	uint32_t line;
	assert_int_equal(load(SITE ZONE TREES, &b, &line), BASELINE_NONE);
	size_t len = strlen(text);
	for (size_t i = 0; i < len * 8; i++) {
		text[i / 8] ^= (char)(1 << i % 8);
		struct view v = view_of(text, len);
		void *mem = malloc(baseline_size(v));
		assert_int_not_equal(baseline_load(mem, v, &key, &b, &line), BASELINE_NONE);
		free(mem);
		text[i / 8] ^= (char)(1 << i % 8);
	}
	for (size_t cut = 0; cut < len; cut++)
		assert_int_not_equal(
		    baseline_load(memory, view_of(text, cut), &key, &b, &line), BASELINE_NONE);
}

static void budgets_hold_within_half_and_twice(void **state)
{
	const struct baseline *b;
	uint32_t line;
	struct budgets base = BUDGETS_DEFAULT;
	struct features f = pair(100);
	f.zone_hash = 7;
	assert_int_equal(load(SITE BUDGETS, &b, &line), BASELINE_NONE);
	struct budgets own = baseline_budgets(b, &base, &f);
	assert_int_equal(own.up[0], 300);
	assert_int_equal(own.down[2], 2 * base.down[2]);
	assert_int_equal(own.down[1], base.down[1]); /* nothing to learn from */
	assert_int_equal(own.opaque, base.opaque / 2);
	f.subject = SUBJECT_CLIENT;
	assert_int_equal(baseline_budgets(b, &base, &f).up[0], base.up[0]);
	assert_int_equal(baseline_budgets(NULL, &base, &f).up[0], base.up[0]);
}

static void a_pair_is_measured_by_its_own_zone(void **state)
{
	const struct baseline *b;
	uint32_t line;
	struct budgets base = BUDGETS_DEFAULT;
	struct features f = pair(1100);
	int64_t value;
	assert_int_equal(load(SITE ZONE, &b, &line), BASELINE_NONE);
	struct budgets own = baseline_budgets(b, &base, &f);
	assert_int_equal(own.up[2], 2400);
	assert_true(signal_value(SIGNAL_KNOWN_ZONE, &f, &own, &value));
	assert_int_equal(value, 122);
	assert_false(signal_value(SIGNAL_UNLIKE_SITE, &f, &own, &value)); /* no forest */
	/* Popular zones may leak more as it is: not that much times what was learned. */
	f.zone_clients = 100;
	own = baseline_budgets(b, &base, &f);
	assert_int_equal(own.up[2], base.up[2]);
	f.zone_hash = 7;
	own = baseline_budgets(b, &base, &f);
	assert_false(signal_value(SIGNAL_KNOWN_ZONE, &f, &own, &value));
}

static struct verdict judge(const struct baseline *b, const struct features *f)
{
	static struct scorecard card;
	struct budgets base = BUDGETS_DEFAULT, own = baseline_budgets(b, &base, f);
	struct verdict v;
	static const char lines[] = "pair\tleak_up\t0\t-45\npair\tleak_up\t50\t-22\n"
	                            "pair\tleak_up\t100\t0\npair\tleak_up\t200\t10\n"
	                            "pair\tunlike_site\t0\t-3\npair\tunlike_site\t600\t6\n"
	                            "pair\tknown_zone\t0\t-12\npair\tknown_zone\t201\t0\n"
	                            "pair\tknown_zone\t1000\t8\n";
	assert_int_equal(scorecard_parse(&card, view_str(lines)), 0);
	verdict_judge(&v, f, &card, &own);
	return v;
}

static void the_ordinary_is_left_alone_and_ten_times_is_found(void **state)
{
	const struct baseline *b;
	uint32_t line;
	struct features ordinary = pair(1100), much = pair(12000);
	assert_int_equal(load(SITE ZONE, &b, &line), BASELINE_NONE);
	assert_true(judge(NULL, &ordinary).score >= SCORE_MEDIUM);
	assert_true(judge(b, &ordinary).score < SCORE_LOW);
	assert_true(judge(b, &much).score >= SCORE_HIGH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_written_is_found),
	    cmocka_unit_test(a_bad_line_is_named),
	    cmocka_unit_test(every_flipped_bit_is_noticed),
	    cmocka_unit_test(budgets_hold_within_half_and_twice),
	    cmocka_unit_test(a_pair_is_measured_by_its_own_zone),
	    cmocka_unit_test(the_ordinary_is_left_alone_and_ten_times_is_found),
	};
	int failed = cmocka_run_group_tests(tests, NULL, NULL);
	free(memory);
	return failed;
}
