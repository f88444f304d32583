/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "lib/track/shape.h"

/* Labels in text with dots; "" is no label at all. */
static bool fits(const char *shape, const char *name)
{
	uint8_t wire[256];
	size_t len = strlen(name), at = 0;
	assert_true(shape_is_valid(view_str(shape)));
	memcpy(wire + 1, name, len + 1);
	for (size_t i = 0; i <= len; i++) {
		if (name[i] != '.' && name[i] != 0)
			continue;
		wire[at] = (uint8_t)(i - at);
		at = i + 1;
	}
	return shape_fits(view_str(shape), wire, len ? len + 1 : 0);
}

static void shapes_fit_whole_names(void **state)
{
	static const struct {
		const char *shape, *fits, *does_not;
	} cases[] = {
	    {"<hex:32>", "0123456789abcdef0123456789abcdef", "0123456789abcdef0123456789abcde"},
	    {"<hex:32>", "0123456789abcdef0123456789abcdef", "g123456789abcdef0123456789abcdef"},
	    {"<hex:32>", "0123456789abcdef0123456789abcdef", "a.0123456789abcdef0123456789abcdef"},
	    {"<hex:2-4>.<dec>", "ab.1", "abcde.1"},
	    {"<hex:2-4>.<dec>", "abcd.99", "ab"},
	    {"<oct>*4", "1.0.255.78", "1.0.256.78"},
	    {"<oct>*4", "0.0.0.0", "1.2.3.04"},
	    {"<oct>*4", "1.2.3.4", "1.2.3.4.5"},
	    {"<oct>-<oct>-<oct>-<oct>", "10-0-0-1", "10-0-0-300"},
	    {"ip-<oct>.x", "ip-9.x", "ip-9.y"},
	    {"<hex:1>*32", "0.1.2.3.4.5.6.7.8.9.a.b.c.d.e.f.0.1.2.3.4.5.6.7.8.9.a.b.c.d.e.f",
	        "0.1"},
	    {"r<dec:1-2>---sn-<b36:6-12>", "r3---sn-4g5edn7e", "r300---sn-4g5edn7e"},
	    {"a<dec>b<dec>", "a12b3", "a12b"},
	    {"<b36>0", "a100", "a101"}, /* a class gives back what the rest needs */
	    {"<b32:26>", "abcdefghijklmnopqrstuvwx27", "abcdefghijklmnopqrstuvwx18"},
	    {"@|www", "", "ww"},
	    {"@|www", "www", "www.www"},
	    {"<word:1-8>*1-3", "a.b.c", "a.b.c.d"},
	    {"<word:1-8>*0-2.end", "end", "x.y.z.end"},
	    {"_dns-sd", "_dns-sd", "_dnssd"},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_true(fits(cases[i].shape, cases[i].fits));
		assert_false(fits(cases[i].shape, cases[i].does_not));
	}
	assert_true(fits("*", ""));
	assert_true(fits("*", "any.thing"));
	assert_true(fits("<any>", "\x01\xff"));
}

static void names_of_many_labels_are_safe(void **state)
{
	char name[254];
	for (size_t i = 0; i < sizeof(name); i++)
		name[i] = i % 2 ? '.' : 'a';
	for (size_t labels = 60; labels <= 127; labels++) {
		name[2 * labels - 1] = 0;
		assert_int_equal(fits("<hex:1>*1-63", name), labels <= 63);
		assert_true(fits("*", name));
		name[2 * labels - 1] = '.';
	}
}

static void bad_shapes_are_told(void **state)
{
	static const char *const bad[] = {"", "|", "a|", "a.", ".a", "<hex", "<hax>", "<hex:>",
	    "<hex:4-3>", "<hex:64>", "<hex:-3>", "<hex:0>", "<oct:3>", "a*", "a*x", "*2", "A",
	    "a b", "<hex>*3-", "a..b", "<>", ">"};
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(shape_is_valid(view_str(bad[i])));
}

/* Sets of positions keep the cost linear where backtracking would explode. */
static void hostile_shapes_cost_little(void **state)
{
	char shape[2000] = "";
	char name[64];
	for (int i = 0; i < 200; i++)
		strcat(shape, "<any>");
	memset(name, 'a', 63);
	name[63] = 0;
	assert_false(fits(shape, name));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shapes_fit_whole_names),
	    cmocka_unit_test(names_of_many_labels_are_safe),
	    cmocka_unit_test(bad_shapes_are_told),
	    cmocka_unit_test(hostile_shapes_cost_little),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
