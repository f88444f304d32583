/* SPDX-License-Identifier: ISC
 *
 * An isolation forest (Liu, Ting and Zhou, 2008): trees that cut a sample at random places until
 * every point stands alone. What is unlike the rest stands alone after few cuts. Cuts may fall
 * beside the points, half as far again as those reach: what is learned is free of attacks, so an
 * attack lies outside, where no cut between points would tell it from the outermost of them.
 * Integers and a fixed seed, so the same points make the same forest on every machine.
 *
 * The sample of a tree is drawn by group and then by point of the group, so that a client with a
 * thousand pairs has one voice, as has a client with one.
 *
 * Frequency: fitted once; scored at each judgement of a pair, some 64 * 8 comparisons. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

enum {
	FOREST_FEATURES = 9,
	FOREST_TREES = 64,
	FOREST_SAMPLE = 256,
	FOREST_DEPTH = 8,
	FOREST_TREE_NODES = (1 << (FOREST_DEPTH + 1)) - 1,
	FOREST_NODES = FOREST_TREES * FOREST_TREE_NODES,
	FOREST_LEAF = 0xff,
};

/* A tree's nodes stand in preorder: the left child of an inner node follows it. */
struct forest_node {
	uint32_t value;  /* inner: points below it go left; leaf: further cuts expected, 1/256 */
	uint16_t right;  /* inner: index of the right child; leaf: points of the sample in it */
	uint8_t feature; /* or FOREST_LEAF */
};

struct forest {
	struct forest_node *nodes; /* FOREST_NODES, the caller's */
	uint32_t n_nodes, n_trees;
	uint16_t roots[FOREST_TREES];
};

/* Points of group g are at[first[g]] .. at[first[g + 1]], never none. */
struct forest_points {
	const uint32_t (*at)[FOREST_FEATURES];
	const uint32_t *first;
	uint32_t n_groups;
};

void forest_fit(struct forest *f, const struct forest_points *points);

/* How unlike the fitted points: about 400 for one of them, towards 1000 for what is apart. 0 for
 * an empty forest. */
uint32_t forest_score(const struct forest *f, const uint32_t point[FOREST_FEATURES]);

/* A forest as it is read: nodes in preorder, tree after tree. False when the node does not fit;
 * `depths` is scratch of the tree being read, zeroed before its first node. */
struct forest_reading {
	uint16_t open[FOREST_DEPTH]; /* inner nodes whose right child is still to come */
	uint8_t depth[FOREST_DEPTH];
	unsigned n;
	unsigned at; /* depth of the next node */
	bool is_begun, is_whole;
};
bool forest_add(struct forest *f, struct forest_reading *r, uint8_t feature, uint32_t value);
