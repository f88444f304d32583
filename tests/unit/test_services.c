/* SPDX-License-Identifier: ISC
 *
 * The catalogue: its loader, whom names belong to, and the shipped file itself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "lib/track/services.h"

static const struct hash_key key = {3, 4};

static enum services_error load(const char *text, struct services **ret, uint32_t *ret_line)
{
	return services_load(
	    malloc(services_size(view_str(text))), view_str(text), &key, ret, ret_line);
}

/* Labels are what dots in name cut. */
static struct view wire_of(const char *name, uint8_t wire[256])
{
	size_t len = strlen(name), at = 0;
	memcpy(wire + 1, name, len + 1);
	for (size_t i = 0; i <= len; i++) {
		if (name[i] != '.' && name[i] != 0)
			continue;
		wire[at] = (uint8_t)(i - at);
		at = i + 1;
	}
	wire[len + 1] = 0;
	return view_of(wire, len ? len + 2 : 1);
}

static bool matches(const struct services *s, const char *name, struct service_match *ret)
{
	uint8_t wire[256];
	return services_match(s, wire_of(name, wire), ret);
}

static bool has_zone(const struct services *s, const char *name, const char *zone)
{
	uint8_t wire[256];
	return services_has_zone(s, wire_of(name, wire), strlen(name) - strlen(zone));
}

static const char small[] =
    "# a comment\n"
    "\n"
    "antivirus\tavqs.mcafee.com\t<word>\tup\t5000\thttps://example/\t2012\r\n"
    "cdn\tcloudfront.net\td<b36:12-14>\tdown\t100\tseen\t2024\n"
    "cdn\tcloudfront.net\td<b36:12-14>.<b36:4-8>\tdown\t200\tseen\t2024\n"
    "dnsbl\tzen.spamhaus.org\t<oct>*4\tboth\t300\tRFC 5782\t2010";

static void names_find_their_service(void **state)
{
	struct services *s;
	struct service_match m;
	uint32_t line;
	assert_int_equal(load(small, &s, &line), SERVICES_NONE);
	assert_int_equal(services_count(s), 4);
	assert_int_equal(services_at(s, 0)->line, 3);
	assert_int_equal(services_at(s, 0)->year, 2012);

	assert_true(matches(s, "2.0.0.127.ZEN.Spamhaus.org", &m));
	assert_true(m.is_shaped);
	assert_true(view_is(m.service->category, "dnsbl"));
	assert_int_equal(m.service->direction, SERVICE_BOTH);
	assert_true(matches(s, "payload.zen.spamhaus.org", &m));
	assert_false(m.is_shaped);
	assert_false(matches(s, "www.spamhaus.org", &m));

	assert_true(matches(s, "d2h67oheeuigaw.cloudfront.net", &m) && m.is_shaped);
	assert_int_equal(m.service->per_day_bytes, 100);
	assert_true(matches(s, "D1lamrpzibv48m.lax3.cloudfront.net", &m) && m.is_shaped);
	assert_int_equal(m.service->per_day_bytes, 200);
	assert_true(matches(s, "www.shop.cloudfront.net", &m) && !m.is_shaped);
	assert_true(matches(s, "cloudfront.net", &m) && m.is_shaped);
	assert_false(matches(s, "", &m));
	free(s);
}

/* A suffix may be below, at or above the registered domain. */
static void zones_are_known_beforehand(void **state)
{
	struct services *s;
	uint32_t line;
	assert_int_equal(load(small, &s, &line), SERVICES_NONE);
	assert_true(has_zone(s, "a.b.MCAFEE.com", "MCAFEE.com"));
	assert_true(has_zone(s, "d2h67oheeuigaw.cloudfront.net", "d2h67oheeuigaw.cloudfront.net"));
	assert_true(has_zone(s, "a.cloudfront.net", "cloudfront.net"));
	assert_false(has_zone(s, "a.mcafee.org", "mcafee.org"));
	assert_false(has_zone(s, "cafee.com", "cafee.com"));
	free(s);
}

static void bad_lines_are_told(void **state)
{
	static const struct {
		const char *text;
		enum services_error error;
		uint32_t line;
	} cases[] = {
	    {"a\tb.c\t@\tup\t1\tx", SERVICES_COLUMNS, 1},
	    {"#\n\na\tb.c\t@\tup\t1\tx\t2000\tmore\n", SERVICES_COLUMNS, 3},
	    {"\tb.c\t@\tup\t1\tx\t2000", SERVICES_EMPTY, 1},
	    {"a\tb.c\t@\tup\t1\t\t2000", SERVICES_EMPTY, 1},
	    {"a\t\t@\tup\t1\tx\t2000", SERVICES_SUFFIX, 1},
	    {"a\tB.c\t@\tup\t1\tx\t2000", SERVICES_SUFFIX, 1},
	    {"a\tb..c\t@\tup\t1\tx\t2000", SERVICES_SUFFIX, 1},
	    {"a\tb.c.\t@\tup\t1\tx\t2000", SERVICES_SUFFIX, 1},
	    {"a\tb.c\t<hex\tup\t1\tx\t2000", SERVICES_SHAPE, 1},
	    {"a\tb.c\t@\tUp\t1\tx\t2000", SERVICES_DIRECTION, 1},
	    {"a\tb.c\t@\tup\t0\tx\t2000", SERVICES_AMOUNT, 1},
	    {"a\tb.c\t@\tup\t9999999999\tx\t2000", SERVICES_AMOUNT, 1},
	    {"a\tb.c\t@\tup\t1\tx\t20000", SERVICES_YEAR, 1},
	    {"a\tb.c\t@\tup\t1\tx\t2000\nb", SERVICES_COLUMNS, 2},
	};
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct services *s = NULL;
		uint32_t line = 0;
		void *mem = malloc(services_size(view_str(cases[i].text)));
		assert_int_equal(
		    services_load(mem, view_str(cases[i].text), &key, &s, &line), cases[i].error);
		assert_int_equal(line, cases[i].line);
		assert_null(s);
		assert_string_not_equal(services_error_text(cases[i].error), "unknown error");
		free(mem);
	}
}

static void an_empty_catalogue_knows_nobody(void **state)
{
	struct services *s;
	struct service_match m;
	uint32_t line;
	assert_int_equal(load("", &s, &line), SERVICES_NONE);
	assert_false(matches(s, "a.example.com", &m));
	assert_false(has_zone(s, "a.example.com", "example.com"));
	free(s);
}

static uint32_t random_state = 1;

/* n characters of an alphabet, at name; returns where they end. */
static char *put_random(char *name, size_t n, const char *alphabet)
{
	size_t letters = strlen(alphabet);
	for (size_t i = 0; i < n; i++) {
		random_state = random_state * 1664525 + 1013904223;
		*name++ = alphabet[(random_state >> 16) % letters];
	}
	*name = 0;
	return name;
}

/* Encoded data of a size that no service asks with: below none of them may it pass. */
static void expect_no_room_for_data(const struct services *s, const char *suffix)
{
	static const char *const alphabets[] = {"abcdefghijklmnopqrstuvwxyz234567",
	    "0123456789abcdef", "ABCDEFGHIJKLMNOPQRSTUVWXYZ012345"};
	static const size_t lengths[][2] = {{44, 0}, {48, 0}, {60, 0}, {28, 28}, {60, 60}};
	for (size_t k = 0; k < 3 * 5 * 20; k++) {
		char name[400];
		struct service_match m;
		const size_t *length = lengths[k / 3 % 5];
		char *end = put_random(name, length[0], alphabets[k % 3]);
		if (length[1] > 0) {
			*end++ = '.';
			end = put_random(end, length[1], alphabets[k % 3]);
		}
		*end++ = '.';
		strcpy(end, suffix);
		if (matches(s, name, &m) && m.is_shaped)
			fail_msg("%s passes as line %u", name, m.service->line);
	}
}

static char *read_file(const char *path)
{
	FILE *f = fopen(path, "rb");
	char *text = calloc(1, 1 << 20);
	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	fclose(f);
	return text;
}

/* The shipped catalogue loads, each entry is reached by its own suffix, and what a tunnel would
 * ask below the ones most likely to be abused is not taken for theirs. */
static void the_shipped_catalogue_is_sound(void **state)
{
	char *text = read_file(SERVICES_TSV);
	struct services *s;
	struct service_match m;
	uint32_t line = 0;
	enum services_error error = load(text, &s, &line);
	if (error)
		fail_msg("services.tsv line %u: %s", line, services_error_text(error));
	assert_in_range(services_count(s), 80, 300);
	for (uint32_t i = 0; i < services_count(s); i++) {
		char suffix[256];
		const struct service *e = services_at(s, i);
		snprintf(
		    suffix, sizeof(suffix), "%.*s", (int)e->suffix.len, (const char *)e->suffix.p);
		assert_true(matches(s, suffix, &m));
		assert_true(m.service->suffix.len == e->suffix.len);
		assert_true(has_zone(s, suffix, suffix));
		expect_no_room_for_data(s, suffix);
	}
	static const char *const ordinary[] = {
	    "2.0.0.127.zen.spamhaus.org",
	    "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.zen.spamhaus.org",
	    "example.com.multi.surbl.org",
	    "10-0-0-1.nip.io",
	    "current.cvd.clamav.net",
	    "d111111abcdef8.cloudfront.net",
	    "a1806.dscb.akamai.net",
	    "r3---sn-4g5edn7e.googlevideo.com",
	};
	for (size_t i = 0; i < sizeof(ordinary) / sizeof(ordinary[0]); i++) {
		if (!matches(s, ordinary[i], &m) || !m.is_shaped)
			fail_msg("%s is not taken for what it is", ordinary[i]);
	}
	static const char *const tunnels[] = {
	    "mzxw6ytboi2gk3tdn5sgkzbamfzsaylomq.zen.spamhaus.org",
	    "mzxw6ytboi2gk3tdn5sgkzbamfzsaylomq.deadbeefdeadbeef.cloudfront.net",
	    "6d79736563726574646174616973686572656c6f6f6b.googlevideo.com",
	    "6d79736563726574646174616973686572656c6f6f6b.nip.io",
	    "6d79736563726574646174616973686572656c6f6f6b.current.cvd.clamav.net",
	};
	for (size_t i = 0; i < sizeof(tunnels) / sizeof(tunnels[0]); i++) {
		if (matches(s, tunnels[i], &m) && m.is_shaped)
			fail_msg("%s passes as line %u", tunnels[i], m.service->line);
	}
	free(s);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(names_find_their_service),
	    cmocka_unit_test(zones_are_known_beforehand),
	    cmocka_unit_test(bad_lines_are_told),
	    cmocka_unit_test(an_empty_catalogue_knows_nobody),
	    cmocka_unit_test(the_shipped_catalogue_is_sound),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
