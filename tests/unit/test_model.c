/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <math.h>
#include <stdio.h>

#include "lib/track/model.h"
#include "tests/unit/model_vectors.h"

static struct model *model;
static void *memory;

static int setup(void **state)
{
	memory = malloc(model_size());
	model = model_load(memory, view_of(model_default, model_default_len));
	return model ? 0 : -1;
}

static int teardown(void **state)
{
	free(memory);
	return 0;
}

static struct name_scan scan(const char *text)
{
	uint8_t wire[NAME_WIRE_MAX];
	size_t at = 0;
	for (const char *p = text; *p;) {
		size_t n = strcspn(p, ".");
		wire[at++] = (uint8_t)n;
		memcpy(wire + at, p, n);
		at += n;
		p += n + (p[n] == '.');
	}
	wire[at++] = 0;
	struct name_scan s;
	scan_name(&s, wire, at);
	return s;
}

static double bits(const char *text)
{
	struct name_scan s = scan(text);
	return model_price(model, &s, 0, s.n_labels) / 256.0;
}

static void prices_are_those_the_trainer_computed(void **state)
{
	for (size_t i = 0; i < sizeof(model_vectors) / sizeof(model_vectors[0]); i++) {
		struct name_scan s = scan(model_vectors[i].name);
		uint32_t price = model_price(model, &s, 0, s.n_labels);
		if (price != model_vectors[i].price)
			print_error("%s\n", model_vectors[i].name);
		assert_int_equal(price, model_vectors[i].price);
	}
}

static void ordinary_names_are_cheap_and_data_is_dear(void **state)
{
	assert_true(bits("www") < 8);
	assert_true(bits("mail") < 12);
	assert_true(bits("autodiscover") < 16);
	assert_true(bits("cdn.eu-west-1") < 30);
	/* 128 bits in hexadecimal, 200 in base32: never less than they carry, nor much more. */
	double hex = bits("9f86d081884c7d659a2feaa0c55ad015");
	assert_true(hex >= 128 && hex < 150);
	double b32 = bits("mfzwizlsoq2gs43bonuw4z3mmvqw2ylomrqw4zdp");
	assert_true(b32 >= 200 && b32 < 240);
}

static void the_zone_is_not_priced(void **state)
{
	struct name_scan a = scan("api.example.com");
	struct name_scan b = scan("api.d3kx9q7zz1.com");
	assert_int_equal(model_price(model, &a, 0, 1), model_price(model, &b, 0, 1));
	assert_true(model_price(model, &a, 1, 2) < model_price(model, &b, 1, 2));
}

/* Kraft's inequality over all labels of one and of two bytes, ten thousands of codes: if it held
 * not, somebody could send more than he is charged for. */
static void prices_are_those_of_a_code(void **state)
{
	double sum = exp2(-bits(""));
	uint8_t wire[NAME_WIRE_MAX] = {0};
	struct name_scan s;
	for (unsigned a = 0; a < 256; a++) {
		if (a >= 'A' && a <= 'Z')
			continue; /* the same name */
		wire[0] = 1;
		wire[1] = (uint8_t)a;
		wire[2] = 0;
		scan_name(&s, wire, 3);
		sum += exp2(-(double)model_price(model, &s, 0, 1) / 256);
		for (unsigned b = 0; b < 256; b++) {
			if (b >= 'A' && b <= 'Z')
				continue;
			wire[0] = 2;
			wire[2] = (uint8_t)b;
			wire[3] = 0;
			scan_name(&s, wire, 4);
			sum += exp2(-(double)model_price(model, &s, 0, 1) / 256);
		}
	}
	assert_true(sum > 0.1 && sum < 1);
}

static void every_byte_has_a_price_and_case_has_none(void **state)
{
	struct name_scan s;
	uint8_t wire[NAME_WIRE_MAX];
	memset(wire, 0xff, sizeof(wire));
	wire[0] = wire[64] = wire[128] = 63;
	wire[192] = 61;
	wire[254] = 0;
	scan_name(&s, wire, sizeof(wire));
	/* 250 bytes that carry at most eight bits each, whatever the characters. */
	assert_true(model_price(model, &s, 0, 4) > 250 * 7 * 256);
	assert_true(model_price(model, &s, 0, 4) < 250 * 9 * 256);
	assert_true(bits("MAIL.Example") == bits("mail.example"));
}

static void a_model_that_is_none_is_refused(void **state)
{
	uint8_t *copy = malloc(model_default_len + 1);
	void *mem = malloc(model_size());
	memcpy(copy, model_default, model_default_len);
	copy[model_default_len] = 0;
	assert_null(model_load(mem, view_of(copy, model_default_len + 1)));
	for (size_t len = 0; len < model_default_len; len += len < 2000 ? 1 : 997)
		assert_null(model_load(mem, view_of(copy, len)));
	assert_non_null(model_load(mem, view_of(copy, model_default_len)));
	copy[0] ^= 1;
	assert_null(model_load(mem, view_of(copy, model_default_len)));
	copy[0] ^= 1;
	/* A context that names a row which is not there. */
	size_t row_of = 8 + 24 + 4 + 2 * 2 * 8 + 2 + 2 * 5 * 63;
	copy[row_of] = copy[row_of + 1] = 0xff;
	assert_null(model_load(mem, view_of(copy, model_default_len)));
	free(mem);
	free(copy);
}

static void the_version_is_told(void **state)
{
	assert_memory_equal(model_version(model), "open-", 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(prices_are_those_the_trainer_computed),
	    cmocka_unit_test(ordinary_names_are_cheap_and_data_is_dear),
	    cmocka_unit_test(the_zone_is_not_priced),
	    cmocka_unit_test(prices_are_those_of_a_code),
	    cmocka_unit_test(every_byte_has_a_price_and_case_has_none),
	    cmocka_unit_test(a_model_that_is_none_is_refused),
	    cmocka_unit_test(the_version_is_told),
	};
	return cmocka_run_group_tests(tests, setup, teardown);
}
