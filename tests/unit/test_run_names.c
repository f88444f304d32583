/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

#include "app/cmd/run_names.h"

#define S 1000000000ll

static const uint8_t www[] = "\3www\2de", WWW[] = "\3WWW\2De", ww[] = "\2ww\2de";
static const uint8_t bare[] = "\4host", searched[] = "\4host\4corp\3com";

static void a_call_finds_what_it_caused(void **state)
{
	static struct names n;
	names_sent(&n, 7, 10 * S, www, sizeof(www));
	assert_true(names_were_sent(&n, 7, 9 * S, 11 * S, WWW, sizeof(WWW)));
	assert_false(names_were_sent(&n, 8, 9 * S, 11 * S, www, sizeof(www)));
	assert_false(names_were_sent(&n, 7, 11 * S, 12 * S, www, sizeof(www)));
	assert_false(names_were_sent(&n, 7, 9 * S, 11 * S, ww, sizeof(ww)));
}

static void a_search_domain_behind_is_the_same_question(void **state)
{
	static struct names n;
	names_sent(&n, 7, 10 * S, searched, sizeof(searched));
	assert_true(names_were_sent(&n, 7, 9 * S, 11 * S, bare, sizeof(bare)));
	assert_false(names_were_sent(&n, 7, 9 * S, 11 * S, www, sizeof(www)));
}

static void a_name_is_no_prefix_of_a_longer_label(void **state)
{
	static struct names n;
	names_sent(&n, 7, 10 * S, (const uint8_t *)"\5hosts", 7);
	assert_false(names_were_sent(&n, 7, 9 * S, 11 * S, bare, sizeof(bare)));
}

static void old_names_are_forgotten_not_confused(void **state)
{
	static struct names n;
	names_sent(&n, 7, 10 * S, www, sizeof(www));
	for (int i = 0; i < NAMES_KEPT; i++)
		names_sent(&n, 7, 10 * S, ww, sizeof(ww));
	assert_false(names_were_sent(&n, 7, 9 * S, 11 * S, www, sizeof(www)));
	assert_true(names_were_sent(&n, 7, 9 * S, 11 * S, ww, sizeof(ww)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_call_finds_what_it_caused),
	    cmocka_unit_test(a_search_domain_behind_is_the_same_question),
	    cmocka_unit_test(a_name_is_no_prefix_of_a_longer_label),
	    cmocka_unit_test(old_names_are_forgotten_not_confused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
