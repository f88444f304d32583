/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "lib/judge/tools/tool.h"
#include "lib/judge/verdict.h"

static struct scorecard card;
static struct budgets budgets;

static int read_card(void **state)
{
	(void)state;
	budgets = BUDGETS_DEFAULT;
	return scorecard_parse(&card, view_str("pair\tleak_up\t0\t-45\n"
	                                       "pair\tzone_kind\t2\t-25\n"
	                                       "pair\tnew_names\t0\t-8\n"
	                                       "pair\tservice\t1\t-60\n"
	                                       "pair\ttool\t1\t5\n"
	                                       "pair\ttool\t2\t15\n"
	                                       "pair\ttool\t3\t30"))
	           ? -1
	           : 0;
}

/* A pair of a site's own zone that has hardly leaked: everything speaks for it. */
static struct features quiet(enum tool tool, enum confidence confidence)
{
	return (struct features){.subject = SUBJECT_PAIR,
	    .zone_class = ZONE_SITE,
	    .bytes_up = 70,
	    .tool = (uint8_t)tool,
	    .confidence = (uint8_t)confidence};
}

static struct verdict judged(const struct features *f)
{
	struct verdict v;
	int sum = 50;
	verdict_judge(&v, f, &card, &budgets);
	for (unsigned i = 0; i < v.n_reasons; i++)
		sum += v.reasons[i].points;
	assert_int_equal(v.score, sum < 0 ? 0 : sum); /* every point has its line */
	return v;
}

static void an_exact_tool_convicts_by_itself(void **state)
{
	struct features f = quiet(TOOL_IODINE, CONFIDENCE_EXACT);
	struct verdict v = judged(&f);
	assert_int_equal(v.score, SCORE_CRITICAL);
	assert_int_equal(v.kind, VERDICT_TUNNEL);
}

static void no_declaration_covers_an_exact_tool(void **state)
{
	struct features f = quiet(TOOL_DNSCAT2, CONFIDENCE_EXACT);
	f.service = 1;
	f.service_permille = 1000;
	f.service_day_bytes = 100000;
	struct verdict v = judged(&f);
	assert_int_equal(v.score, SCORE_CRITICAL);
	assert_int_equal(v.kind, VERDICT_TUNNEL);
}

static void a_likely_tool_weighs_and_does_not_convict(void **state)
{
	struct features without = quiet(TOOL_NONE, CONFIDENCE_NONE);
	struct features with = quiet(TOOL_DNSTT, CONFIDENCE_LIKELY);
	with.zone_class = without.zone_class = ZONE_REGISTERED;
	without.up[0] = without.up[1] = without.up[2] = 0;
	int before = judged(&without).score, after = judged(&with).score;
	assert_int_equal(after, before + 15);
	assert_true(after < SCORE_MEDIUM);
}

static void the_tool_says_what_it_is(void **state)
{
	static const struct {
		enum tool tool;
		enum verdict_kind kind;
	} cases[] = {{TOOL_DNS2TCP, VERDICT_TUNNEL}, {TOOL_DNSEXFILTRATOR, VERDICT_EXFILTRATION},
	    {TOOL_SAITAMA, VERDICT_C2_BEACON}};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct features f = quiet(cases[i].tool, CONFIDENCE_EXACT);
		assert_int_equal(judged(&f).kind, cases[i].kind);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(an_exact_tool_convicts_by_itself),
	    cmocka_unit_test(no_declaration_covers_an_exact_tool),
	    cmocka_unit_test(a_likely_tool_weighs_and_does_not_convict),
	    cmocka_unit_test(the_tool_says_what_it_is),
	};
	return cmocka_run_group_tests(tests, read_card, NULL);
}
