/* SPDX-License-Identifier: ISC */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "lib/base/hash.h"
#include "lib/judge/forest.h"

enum { POINTS = 600, CLIENTS = 30 };
static uint32_t points[POINTS][FOREST_FEATURES];
static uint32_t first[CLIENTS + 1];
static struct forest_node nodes[FOREST_NODES];

/* Ordinary pairs: each feature within a hundred of its middle. */
static void ordinary_point(uint32_t *p, uint32_t number)
{
	for (uint32_t k = 0; k < FOREST_FEATURES; k++)
		p[k] = 500 + (uint32_t)(hash_finish(number * 1000 + k) % 100);
}

static struct forest fit(void)
{
	struct forest f = {.nodes = nodes};
	for (uint32_t i = 0; i < POINTS; i++)
		ordinary_point(points[i], i);
	for (uint32_t i = 0; i <= CLIENTS; i++)
		first[i] = i * (POINTS / CLIENTS);
	forest_fit(&f,
	    &(struct forest_points){(const uint32_t(*)[FOREST_FEATURES])points, first, CLIENTS});
	return f;
}

static void the_same_points_make_the_same_forest(void **state)
{
	static struct forest_node before[FOREST_NODES];
	struct forest a = fit();
	memcpy(before, nodes, sizeof(nodes));
	struct forest b = fit();
	assert_int_equal(a.n_trees, FOREST_TREES);
	assert_int_equal(a.n_nodes, b.n_nodes);
	assert_memory_equal(a.roots, b.roots, sizeof(a.roots));
	for (uint32_t i = 0; i < a.n_nodes; i++) {
		assert_int_equal(before[i].value, nodes[i].value);
		assert_int_equal(before[i].right, nodes[i].right);
		assert_int_equal(before[i].feature, nodes[i].feature);
	}
}

static void planted_outliers_score_above_every_ordinary_point(void **state)
{
	struct forest f = fit();
	uint32_t most = 0, p[FOREST_FEATURES];
	for (uint32_t i = 0; i < POINTS; i++) {
		ordinary_point(p, POINTS + i); /* not those that it was fitted on */
		uint32_t score = forest_score(&f, p);
		most = score > most ? score : most;
	}
	assert_in_range(most, 300, 600);
	for (uint32_t i = 0; i < 20; i++) {
		ordinary_point(p, i);
		for (uint32_t k = 0; k < 4; k++)
			p[(i + k) % FOREST_FEATURES] = i % 2 ? 5000 : 0;
		assert_true(forest_score(&f, p) > most);
	}
}

static void one_client_with_many_pairs_has_one_voice(void **state)
{
	struct forest f = {.nodes = nodes};
	uint32_t odd[FOREST_FEATURES], plain[FOREST_FEATURES];
	fit();
	/* Client 0 has 571 pairs of a kind of its own, the 29 others one each. */
	for (uint32_t i = 0; i < 571; i++)
		for (uint32_t k = 0; k < FOREST_FEATURES; k++)
			points[i][k] = 5000 + (uint32_t)(hash_finish(i * 1000 + k) % 100);
	for (uint32_t i = 1; i <= CLIENTS; i++)
		first[i] = 570 + i;
	first[CLIENTS] = POINTS;
	memcpy(odd, points[7], sizeof(odd));
	ordinary_point(plain, 5);
	forest_fit(&f,
	    &(struct forest_points){(const uint32_t(*)[FOREST_FEATURES])points, first, CLIENTS});
	assert_true(forest_score(&f, odd) > forest_score(&f, plain) + 50);
}

static void nodes_that_make_no_tree_are_refused(void **state)
{
	struct forest f = {.nodes = nodes};
	struct forest_reading r = {.n = 0};
	assert_false(forest_add(&f, &r, FOREST_FEATURES, 1));
	assert_false(forest_add(&f, &r, FOREST_LEAF, FOREST_SAMPLE + 1));
	for (int i = 0; i < FOREST_DEPTH; i++)
		assert_true(forest_add(&f, &r, 0, 1));
	assert_false(forest_add(&f, &r, 0, 1)); /* too deep */
	for (int i = 0; i <= FOREST_DEPTH; i++) {
		assert_false(r.is_whole);
		assert_true(forest_add(&f, &r, FOREST_LEAF, 1));
	}
	assert_true(r.is_whole);
	assert_false(forest_add(&f, &r, FOREST_LEAF, 1));
}

static void an_empty_forest_says_nothing(void **state)
{
	struct forest f = {.nodes = nodes};
	uint32_t p[FOREST_FEATURES] = {0};
	assert_int_equal(forest_score(&f, p), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_same_points_make_the_same_forest),
	    cmocka_unit_test(planted_outliers_score_above_every_ordinary_point),
	    cmocka_unit_test(one_client_with_many_pairs_has_one_voice),
	    cmocka_unit_test(nodes_that_make_no_tree_are_refused),
	    cmocka_unit_test(an_empty_forest_says_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
