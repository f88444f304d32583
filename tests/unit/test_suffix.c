/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <cmocka.h>
#include <errno.h>
#include <idn2.h>
#include <libpsl.h>
#include <string.h>
#include <unistd.h>

#include "app/cmd/psl_load.h"

static void *memory(void)
{
	return aligned_alloc(64, (suffix_size() + 63) & ~(size_t)63);
}

static struct name_scan scan(const char *text)
{
	uint8_t wire[NAME_WIRE_MAX];
	size_t at = 0;
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, ".");
		wire[at++] = (uint8_t)n;
		for (size_t i = 0; i < n; i++)
			wire[at++] = (uint8_t)p[i];
		p += n + (p[n] == '.');
	}
	wire[at++] = 0;
	struct name_scan s;
	scan_name(&s, wire, at);
	return s;
}

/* The zone of a name as text, and its class. */
static const char *zone_of(const struct suffix *t, const char *name, enum zone_class *ret_class)
{
	static char text[NAME_WIRE_MAX];
	struct name_scan s = scan(name);
	struct zone_split z = suffix_split(t, &s);
	assert_int_equal(scan_at(&s, z.zone_label), z.zone_at);
	assert_true(z.suffix_at >= z.zone_at || z.class == ZONE_SITE);
	size_t n = 0;
	for (size_t at = z.zone_at; s.lower[at]; at += s.lower[at] + 1u) {
		memcpy(text + n, s.lower + at + 1, s.lower[at]);
		n += s.lower[at];
		text[n++] = '.';
	}
	text[n ? n - 1 : 0] = '\0';
	*ret_class = z.class;
	return text;
}

static void check(const struct suffix *t, const char *name, const char *zone, enum zone_class class)
{
	enum zone_class got;
	assert_string_equal(zone_of(t, name, &got), zone);
	assert_int_equal(got, class);
}

static struct suffix *small(void)
{
	static const char *const rules[] = {"com", "jp", "*.kawasaki.jp", "!city.kawasaki.jp",
	    "*.ck", "!www.ck", "uk", "co.uk", "github.io", "io", "net", "XN--P1AI", "arpa",
	    "a-label-of-more-than-sixteen-bytes.io"};
	struct suffix *t = suffix_init(memory());
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		assert_int_equal(suffix_add(t, view_str(rules[i])), 0);
	return t;
}

static void the_zone_is_the_suffix_and_one_label(void **state)
{
	struct suffix *t = small();
	check(t, "x.y.evil.co.uk", "evil.co.uk", ZONE_REGISTERED);
	check(t, "data.evil.GitHub.io", "evil.github.io", ZONE_REGISTERED);
	check(t, "evil.com", "evil.com", ZONE_REGISTERED);
	check(t, "com", "com", ZONE_SUFFIX);
	check(t, "github.io", "github.io", ZONE_SUFFIX);
	check(t, "uk", "uk", ZONE_SUFFIX);
	check(t, "me.uk", "me.uk", ZONE_REGISTERED);
	check(t, "a.xn--p1ai", "a.xn--p1ai", ZONE_REGISTERED);
	check(t, "", "", ZONE_SUFFIX);
	free(t);
}

static void wildcards_and_their_exceptions_hold(void **state)
{
	struct suffix *t = small();
	check(t, "a.b.kawasaki.jp", "a.b.kawasaki.jp", ZONE_REGISTERED);
	check(t, "x.a.b.kawasaki.jp", "a.b.kawasaki.jp", ZONE_REGISTERED);
	check(t, "b.kawasaki.jp", "b.kawasaki.jp", ZONE_SUFFIX);
	check(t, "www.city.kawasaki.jp", "city.kawasaki.jp", ZONE_REGISTERED);
	check(t, "city.kawasaki.jp", "city.kawasaki.jp", ZONE_REGISTERED);
	check(t, "kawasaki.jp", "kawasaki.jp", ZONE_REGISTERED);
	check(t, "ck", "ck", ZONE_SUFFIX);
	check(t, "x.ck", "x.ck", ZONE_SUFFIX);
	check(t, "y.x.ck", "y.x.ck", ZONE_REGISTERED);
	check(t, "www.ck", "www.ck", ZONE_REGISTERED);
	check(t, "a.www.ck", "www.ck", ZONE_REGISTERED);
	/* An exception prevails over a longer rule. */
	assert_int_equal(suffix_add(t, view_str("a.www.ck")), 0);
	check(t, "b.a.www.ck", "www.ck", ZONE_REGISTERED);
	free(t);
}

static void labels_match_whole(void **state)
{
	struct suffix *t = small();
	check(t, "a.b.a-label-of-more-than-sixteen-bytes.io",
	    "b.a-label-of-more-than-sixteen-bytes.io", ZONE_REGISTERED);
	check(t, "a.b.a-label-of-more-than-sixteen-bytez.io",
	    "a-label-of-more-than-sixteen-bytez.io", ZONE_REGISTERED);
	check(t, "a.b.a-label-of-more-than-sixteen-byte.io", "a-label-of-more-than-sixteen-byte.io",
	    ZONE_REGISTERED);
	check(t, "a.co", "", ZONE_UNKNOWN);
	/* A dot inside a label is a character, not a boundary. */
	static const uint8_t dotted[] = "\1x\5co.uk";
	struct name_scan s;
	scan_name(&s, dotted, sizeof(dotted));
	assert_int_equal(suffix_split(t, &s).class, ZONE_UNKNOWN);
	free(t);
}

static void names_outside_the_public_dns_are_told_apart(void **state)
{
	struct suffix *t = small();
	check(t, "dnscat.0a1b2c", "", ZONE_UNKNOWN);
	check(t, "aGVsbG8.test.txt", "", ZONE_UNKNOWN);
	check(t, "wpad", "", ZONE_UNKNOWN);
	check(t, "localhost", "localhost", ZONE_SPECIAL);
	check(t, "dc1.firm.local", "firm.local", ZONE_SPECIAL);
	check(t, "nas.home.arpa", "nas.home.arpa", ZONE_SPECIAL);
	check(t, "d.t.example.TEST", "example.test", ZONE_SPECIAL);
	check(t, "4.3.2.1.in-addr.arpa", "in-addr.arpa", ZONE_REVERSE);
	check(t, "f.b.a.9.8.b.d.0.1.0.0.2.ip6.arpa", "8.b.d.0.1.0.0.2.ip6.arpa", ZONE_REVERSE);
	check(t, "b.a.ip6.arpa", "b.a.ip6.arpa", ZONE_REVERSE);
	check(t, "ip6.arpa", "ip6.arpa", ZONE_REVERSE);
	check(t, "x.arpa", "x.arpa", ZONE_REGISTERED);
	free(t);
}

static void site_zones_come_first_and_the_longest_wins(void **state)
{
	struct suffix *t = small();
	assert_int_equal(suffix_add_site(t, view_str("firm.com")), 0);
	assert_int_equal(suffix_add_site(t, view_str("corp.firm.com.")), 0);
	assert_int_equal(suffix_add_site(t, view_str("plant.unlisted")), 0);
	check(t, "a.b.corp.firm.com", "corp.firm.com", ZONE_SITE);
	check(t, "corp.firm.com", "corp.firm.com", ZONE_SITE);
	check(t, "acorp.firm.com", "firm.com", ZONE_SITE);
	check(t, "other.com", "other.com", ZONE_REGISTERED);
	check(t, "x.plant.unlisted", "plant.unlisted", ZONE_SITE);
	/* Its top-level domain does not come into being by that. */
	check(t, "x.other.unlisted", "", ZONE_UNKNOWN);
	assert_int_equal(suffix_add_site(t, view_str("10.in-addr.arpa")), 0);
	check(t, "1.2.3.10.in-addr.arpa", "10.in-addr.arpa", ZONE_SITE);
	free(t);
}

static void bad_rules_are_refused(void **state)
{
	static const char *const rules[] = {"", ".", "*", "*.", "!", "!ck", "a..b", ".com", "a b",
	    "*.*.com", "a.*.com", "!*.ck", "!!a.ck", "b\xc3\xa4.de",
	    "a23456789012345678901234567890123456789012345678901234567890abcd.com"};
	struct suffix *t = suffix_init(memory());
	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++)
		assert_int_equal(suffix_add(t, view_str(rules[i])), -EINVAL);
	assert_int_equal(suffix_add_site(t, view_str("*.firm.com")), -EINVAL);
	assert_int_equal(suffix_add_site(t, view_str("")), -EINVAL);
	free(t);
}

static void a_full_table_says_so_and_still_answers(void **state)
{
	struct suffix *t = small();
	int e = 0;
	for (int i = 0; e == 0; i++) {
		char rule[64];
		snprintf(rule, sizeof(rule), "a-long-label-of-a-rule-%d.com", i);
		e = suffix_add(t, view_str(rule));
	}
	assert_int_equal(e, -ENOSPC);
	check(t, "x.y.a-long-label-of-a-rule-7.com", "y.a-long-label-of-a-rule-7.com",
	    ZONE_REGISTERED);
	check(t, "a.b.co.uk", "b.co.uk", ZONE_REGISTERED);
	free(t);
}

/* ---- against libpsl, over the list of this machine ---- */

struct oracle {
	struct suffix *table;
	psl_ctx_t *psl;
	unsigned asked, agreed, unlisted, special, reverse, wildcard_parent, wrong;
};

/* The differences, each with its reason (docs/suffixes.md has them in words):
 * - unlisted: libpsl applies the default rule "*" to unknown top-level domains, we have none;
 * - special: special-use names that the list does not have;
 * - reverse: our zone is in-addr.arpa or ip6.arpa as a whole;
 * - wildcard_parent: to libpsl "*.foo" makes "foo" a suffix, the list's algorithm does not. */
static void compare(struct oracle *o, const char *name, bool is_wildcard_parent)
{
	enum zone_class class;
	char ours[NAME_WIRE_MAX];
	if (strlen(name) > 253)
		return;
	snprintf(ours, sizeof(ours), "%s", zone_of(o->table, name, &class));
	const char *theirs = psl_registrable_domain(o->psl, name);
	bool suffix = theirs == NULL;
	o->asked++;
	if (class == ZONE_UNKNOWN) {
		o->unlisted++;
		return;
	}
	if (class == ZONE_REVERSE) {
		o->reverse++;
		return;
	}
	if (class == ZONE_SPECIAL && (!theirs || strcmp(ours, theirs) != 0)) {
		o->special++;
		return;
	}
	if (suffix ? class == ZONE_SUFFIX : strcmp(ours, theirs) == 0) {
		o->agreed++;
		return;
	}
	if (is_wildcard_parent && suffix) {
		o->wildcard_parent++;
		return;
	}
	if (o->wrong++ < 10)
		print_error("%s: ours %s (class %d), libpsl's %s\n", name, ours, class,
		    theirs ? theirs : "(suffix)");
}

static void every_rule_agrees_with_libpsl(void **state)
{
	struct oracle o = {.table = suffix_init(memory()), .psl = psl_load_file(PSL_PATH)};
	struct psl_report r;
	FILE *f = fopen(PSL_PATH, "r");
	if (!f || !o.psl || !o.table) {
		print_message("no %s: skipped\n", PSL_PATH);
		skip();
	}
	assert_int_equal(psl_load(o.table, PSL_PATH, &r), 0);
	assert_int_equal(r.bad, 0);
	assert_true(r.rules > 5000);
	static const char *const fronts[] = {"", "a.", "b.a.", "c.b.a.", "www."};
	char line[1024];
	while (fgets(line, sizeof(line), f)) {
		char *ascii;
		char name[1200];
		line[strcspn(line, " \t\r\n")] = '\0';
		if (!line[0] || strncmp(line, "//", 2) == 0)
			continue;
		const char *rule = line + (line[0] == '!');
		bool star = strncmp(rule, "*.", 2) == 0;
		rule += 2 * star;
		if (idn2_to_ascii_8z(rule, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT))
			fail_msg("%s", rule);
		for (size_t i = 0; i < sizeof(fronts) / sizeof(fronts[0]); i++) {
			snprintf(name, sizeof(name), "%s%s", fronts[i], ascii);
			compare(&o, name, star && i == 0);
		}
		idn2_free(ascii);
	}
	fclose(f);
	print_message("%u rules, %u names: %u agree, %u unlisted, %u special, %u reverse, "
	              "%u parents of wildcards\n",
	    r.rules, o.asked, o.agreed, o.unlisted, o.special, o.reverse, o.wildcard_parent);
	assert_int_equal(o.wrong, 0);
	psl_free(o.psl);
	free(o.table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_zone_is_the_suffix_and_one_label),
	    cmocka_unit_test(wildcards_and_their_exceptions_hold),
	    cmocka_unit_test(labels_match_whole),
	    cmocka_unit_test(names_outside_the_public_dns_are_told_apart),
	    cmocka_unit_test(site_zones_come_first_and_the_longest_wins),
	    cmocka_unit_test(bad_rules_are_refused),
	    cmocka_unit_test(a_full_table_says_so_and_still_answers),
	    cmocka_unit_test(every_rule_agrees_with_libpsl),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
