/* SPDX-License-Identifier: ISC */
#include "lib/judge/forest.h"

#include "lib/base/fixed.h"
#include "lib/base/hash.h"

#define SEED 0x666f72657374u

/* Cuts that n points take on average until each stands alone, 1/256: 2 H(n - 1) - 2 (n - 1) / n. */
static uint32_t average_path(uint32_t n)
{
	uint64_t harmonic = 0;
	if (n < 2)
		return 0;
	for (uint32_t i = 1; i < n; i++)
		harmonic += 65536 / i;
	return (uint32_t)((2 * harmonic - (uint64_t)2 * 65536 * (n - 1) / n) >> 8);
}

struct drawing {
	uint64_t counter;
};

static uint32_t draw(struct drawing *d, uint32_t below)
{
	return (uint32_t)((hash_finish(SEED + d->counter++) >> 32) * below >> 32);
}

/* Points lo..hi of a tree's sample, and the node whose right child they become. */
struct range {
	uint16_t lo, hi, depth, parent;
	bool is_right;
};

/* A feature in which the points differ, and where to cut; false when there is none. */
static bool choose_cut(const struct forest_points *points, const uint32_t *sample, struct range r,
    struct drawing *d, uint8_t *ret_feature, uint32_t *ret_value)
{
	uint32_t from = draw(d, FOREST_FEATURES);
	for (uint32_t i = 0; i < FOREST_FEATURES; i++) {
		uint32_t k = (from + i) % FOREST_FEATURES, least = UINT32_MAX, most = 0;
		for (uint32_t j = r.lo; j < r.hi; j++) {
			uint32_t v = points->at[sample[j]][k];
			least = v < least ? v : least;
			most = v > most ? v : most;
		}
		if (least == most)
			continue;
		*ret_feature = (uint8_t)k;
		uint32_t margin = (most - least) / 2, low = least < margin ? 0 : least - margin;
		uint32_t high = most > UINT32_MAX - margin ? UINT32_MAX : most + margin;
		*ret_value = low + 1 + draw(d, high - low);
		return true;
	}
	return false;
}

static uint16_t partition(const struct forest_points *points, uint32_t *sample, struct range r,
    uint8_t feature, uint32_t value)
{
	uint16_t middle = r.lo;
	for (uint16_t j = r.lo; j < r.hi; j++) {
		if (points->at[sample[j]][feature] >= value)
			continue;
		uint32_t swap = sample[j];
		sample[j] = sample[middle];
		sample[middle++] = swap;
	}
	return middle;
}

static void fit_tree(struct forest *f, const struct forest_points *points, struct drawing *d)
{
	uint32_t sample[FOREST_SAMPLE];
	struct range stack[FOREST_DEPTH + 2];
	unsigned n = 0;

	for (unsigned i = 0; i < FOREST_SAMPLE; i++) {
		const uint32_t *first = points->first + draw(d, points->n_groups);
		sample[i] = first[0] + draw(d, first[1] - first[0]);
	}
	f->roots[f->n_trees++] = (uint16_t)f->n_nodes;
	stack[n++] = (struct range){.hi = FOREST_SAMPLE};
	while (n) {
		struct range r = stack[--n];
		uint16_t at = (uint16_t)f->n_nodes++, count = (uint16_t)(r.hi - r.lo);
		struct forest_node *node = &f->nodes[at];
		if (r.is_right)
			f->nodes[r.parent].right = at;
		*node = (struct forest_node){average_path(count), count, FOREST_LEAF};
		if (count < 2 || r.depth == FOREST_DEPTH ||
		    !choose_cut(points, sample, r, d, &node->feature, &node->value))
			continue;
		uint16_t middle = partition(points, sample, r, node->feature, node->value);
		uint16_t depth = (uint16_t)(r.depth + 1);
		stack[n++] = (struct range){middle, r.hi, depth, at, true};
		stack[n++] = (struct range){r.lo, middle, depth, at, false};
	}
}

void forest_fit(struct forest *f, const struct forest_points *points)
{
	struct drawing d = {0};
	f->n_nodes = f->n_trees = 0;
	while (f->n_trees < FOREST_TREES)
		fit_tree(f, points, &d);
}

uint32_t forest_score(const struct forest *f, const uint32_t point[FOREST_FEATURES])
{
	uint64_t path = 0;
	if (f->n_trees == 0)
		return 0;
	for (uint32_t t = 0; t < f->n_trees; t++) {
		uint32_t at = f->roots[t];
		for (; f->nodes[at].feature != FOREST_LEAF; path += FIXED_ONE) {
			const struct forest_node *node = &f->nodes[at];
			at = point[node->feature] < node->value ? at + 1 : node->right;
		}
		path += f->nodes[at].value;
	}
	return (uint32_t)((uint64_t)fixed_decay(path / f->n_trees, average_path(FOREST_SAMPLE)) *
	                  1000 / 65536);
}

bool forest_add(struct forest *f, struct forest_reading *r, uint8_t feature, uint32_t value)
{
	bool is_leaf = feature == FOREST_LEAF;
	if (r->is_whole || (!r->is_begun && f->n_trees == FOREST_TREES) ||
	    (is_leaf ? value > FOREST_SAMPLE : feature >= FOREST_FEATURES || r->at == FOREST_DEPTH))
		return false;
	uint16_t at = (uint16_t)f->n_nodes++;
	if (!r->is_begun)
		f->roots[f->n_trees++] = at;
	r->is_begun = true;
	if (!is_leaf) {
		f->nodes[at] = (struct forest_node){value, 0, feature};
		r->open[r->n] = at;
		r->depth[r->n++] = (uint8_t)r->at++;
		return true;
	}
	f->nodes[at] = (struct forest_node){average_path(value), (uint16_t)value, FOREST_LEAF};
	r->is_whole = r->n == 0;
	if (!r->is_whole) {
		f->nodes[r->open[--r->n]].right = (uint16_t)f->n_nodes;
		r->at = r->depth[r->n] + 1u;
	}
	return true;
}
