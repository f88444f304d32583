/* SPDX-License-Identifier: ISC */
#include "app/cmd/learn_write.h"

#include <stdlib.h>
#include <string.h>

/* Fewer say too little of what is ordinary: the budgets that ship stay, or no forest is made. */
enum { BUDGET_CLIENTS = 10, BUDGET_DAYS = 7, FOREST_CLIENTS = 3, FOREST_PAIRS = 32 };

static int descending(const void *pa, const void *pb)
{
	const uint32_t *a = pa, *b = pb;
	return *a < *b ? 1 : *a > *b ? -1 : 0;
}

/* Numbers to be put in order, of which one is asked for. */
struct figures {
	uint32_t *at;
	size_t n;
};

/* The i-th largest, from 0. */
static uint32_t ordered(struct figures *v, size_t i)
{
	if (v->n == 0)
		return 0;
	if (v->n)
		qsort(v->at, v->n, sizeof(*v->at), descending);
	return v->at[i < v->n ? i : v->n - 1];
}

/* What one in twenty passes, but never what only one reached. */
static size_t high_of(size_t n)
{
	return n / 20 > 1 ? n / 20 : 1;
}

static void print_field(FILE *to, uint32_t v)
{
	fprintf(to, "\t%u", v);
}

/* The pairs of a zone, one a client. */
static void print_zone(FILE *to, const struct learn_pair *at, size_t n, uint32_t days,
    uint32_t clients, struct figures *scratch)
{
	uint32_t half[2][SCALES], high[2][SCALES], total = 0;
	uint64_t length = 0, opaque = 0;

	for (size_t i = 0; i < n; i++) {
		length += at[i].mean_sub_len;
		opaque += at[i].opaque_permille;
		total = at[i].zone_total > total ? at[i].zone_total : total;
	}
	scratch->n = n;
	for (unsigned k = 0; k < 2 * SCALES; k++) {
		for (size_t i = 0; i < n; i++)
			scratch->at[i] = k < SCALES ? at[i].up[k] : at[i].down[k - SCALES];
		half[k / SCALES][k % SCALES] = ordered(scratch, n / 2);
		high[k / SCALES][k % SCALES] = ordered(scratch, high_of(n));
	}
	fprintf(to, "zone\t%s\t%zu\t%u\t%zu\t%u\t%u\t%u", at->zone, n, days, n * 1000 / clients,
	    (uint32_t)(length / n), (uint32_t)(opaque / n), total);
	for (unsigned way = 0; way < 2; way++) {
		for (unsigned k = 0; k < SCALES; k++)
			print_field(to, half[way][k]);
		for (unsigned k = 0; k < SCALES; k++)
			print_field(to, high[way][k]);
	}
	fputc('\n', to);
}

static int by_zone(const void *pa, const void *pb)
{
	const struct learn_pair *a = pa, *b = pb;
	int order = strcmp(a->zone, b->zone);
	return order ? order : learn_compare_clients(a, b);
}

/* A run of pairs of one zone. */
struct run {
	size_t from, n;
};

static int most_clients(const void *pa, const void *pb)
{
	const struct run *a = pa, *b = pb;
	if (a->n != b->n)
		return a->n < b->n ? 1 : -1;
	return a->from < b->from ? -1 : 1;
}

/* Zones by how many clients asked; their pairs are no measure of what rare zones may get. */
static void print_zones(FILE *to, struct learn_pairs *p, const struct learn_days *days,
    const struct learn_wish *wish, struct run *runs, struct figures *scratch)
{
	size_t n = 0;

	if (p->n)
		qsort(p->at, p->n, sizeof(*p->at), by_zone);
	for (size_t i = 0, to_i; i < p->n; i = to_i) {
		for (to_i = i + 1; to_i < p->n && !strcmp(p->at[i].zone, p->at[to_i].zone);)
			to_i++;
		if (*p->at[i].zone && to_i - i >= wish->min_clients)
			runs[n++] = (struct run){i, to_i - i};
	}
	qsort(runs, n, sizeof(*runs), most_clients);
	for (size_t i = 0; i < n; i++) {
		struct learn_pair *at = &p->at[runs[i].from];
		if (i < BASELINE_ZONES_MAX)
			print_zone(to, at, runs[i].n, learn_days_of(days, at->zone_hash),
			    p->clients, scratch);
		for (size_t k = 0; k < runs[i].n; k++)
			at[k].is_plain = false;
	}
}

/* In the place of a budget: a figure of a pair, as it counts against the budget. */
static uint32_t figure(const struct learn_pair *p, unsigned which)
{
	uint64_t v = which < SCALES        ? p->up[which]
	             : which < 2 * SCALES  ? p->down[which - SCALES]
	             : which == 2 * SCALES ? p->opaque
	                                   : p->bound;
	return (uint32_t)(which == 2 * SCALES ? v : v * 8 / p->allowance_eighths);
}

/* The largest of each client, of which so many may be passed as alerts are wished for in the time
 * that was learned. A time too short to see one leaves a quarter of room. */
static uint32_t budget(
    const struct learn_pairs *p, unsigned which, uint64_t passed, struct figures *scratch)
{
	scratch->n = 0;
	for (size_t i = 0; i < p->n; i++) {
		if (i == 0 || learn_compare_clients(&p->at[i], &p->at[i - 1]))
			scratch->at[scratch->n++] = 0;
		uint32_t v = p->at[i].is_plain ? figure(&p->at[i], which) : 0;
		if (v > scratch->at[scratch->n - 1])
			scratch->at[scratch->n - 1] = v;
	}
	uint64_t v = ordered(scratch, passed > 1 ? passed : 1);
	v += passed ? 0 : v / 4;
	return v < UINT32_MAX ? (uint32_t)v : UINT32_MAX;
}

static int by_client(const void *pa, const void *pb)
{
	const struct learn_pair *a = pa, *b = pb;
	int order = learn_compare_clients(a, b);
	if (!order)
		order = strcmp(a->zone, b->zone);
	return order ? order : memcmp(a->point, b->point, sizeof(a->point));
}

/* Clients with a pair that the budgets are for. */
static uint32_t plain_clients(const struct learn_pairs *p)
{
	uint32_t n = 0;
	for (size_t i = 0, next; i < p->n; i = next) {
		bool has_plain = false;
		for (next = i; next < p->n && !learn_compare_clients(&p->at[i], &p->at[next]);
		     next++)
			has_plain |= p->at[next].is_plain;
		n += has_plain;
	}
	return n;
}

static void print_budgets(FILE *to, const struct learn_pairs *p, uint32_t days,
    const struct learn_wish *wish, struct figures *scratch)
{
	uint64_t a_week = wish->alerts_per_week ? wish->alerts_per_week * 1000ull : p->clients;

	if (plain_clients(p) < BUDGET_CLIENTS || days < BUDGET_DAYS)
		return;
	fprintf(to, "budgets");
	for (unsigned i = 0; i < 2 * SCALES + 2; i++)
		print_field(to, budget(p, i, a_week * days / 7 / 1000, scratch));
	fputc('\n', to);
}

static void print_tree(FILE *to, const struct forest *f, uint32_t from, uint32_t until)
{
	fprintf(to, "tree\t");
	for (uint32_t i = from; i < until; i++) {
		const struct forest_node *n = &f->nodes[i];
		const char *before = i == from ? "" : " ";
		if (n->feature == FOREST_LEAF)
			fprintf(to, "%s=%u", before, n->right);
		else
			fprintf(to, "%s%u<%u", before, n->feature, n->value);
	}
	fputc('\n', to);
}

static bool print_forest(FILE *to, const struct learn_pairs *p)
{
	struct forest f = {.nodes = malloc(FOREST_NODES * sizeof(*f.nodes))};
	uint32_t(*points)[FOREST_FEATURES] = calloc(p->n + 1, sizeof(*points));
	uint32_t *first = calloc((size_t)p->clients + 1, sizeof(*first)), n = 0;
	bool good = f.nodes && points && first;

	for (size_t i = 0; good && i < p->n; i++) {
		if (i == 0 || learn_compare_clients(&p->at[i], &p->at[i - 1]))
			first[n++] = (uint32_t)i;
		memcpy(points[i], p->at[i].point, sizeof(points[i]));
	}
	if (good) {
		first[n] = (uint32_t)p->n;
		forest_fit(&f,
		    &(struct forest_points){(const uint32_t(*)[FOREST_FEATURES])points, first, n});
	}
	for (uint32_t t = 0; good && t < f.n_trees; t++)
		print_tree(to, &f, f.roots[t], t + 1 < f.n_trees ? f.roots[t + 1] : f.n_nodes);
	free(f.nodes);
	free(points);
	free(first);
	return good;
}

bool learn_write(FILE *to, struct learn_pairs *p, const struct learn_days *days,
    const struct engine_stats *stats, const struct learn_wish *wish)
{
	struct run *runs = calloc(p->n + 1, sizeof(*runs));
	struct figures scratch = {.at = calloc(p->n + 1, sizeof(*scratch.at))};
	int64_t from_s = stats->first_ns / 1000000000, until_s = stats->last_ns / 1000000000;
	bool good = runs && scratch.at;

	if (good) {
		fprintf(to, BASELINE_HEADER "\nsite\t%u\t%u\t%u\t%zu\t%u\t%u\n", (uint32_t)from_s,
		    (uint32_t)until_s, p->clients, p->n, p->left_out, wish->min_clients);
		print_zones(to, p, days, wish, runs, &scratch);
		qsort(p->at, p->n, sizeof(*p->at), by_client);
		print_budgets(to, p, learn_days_site(days), wish, &scratch);
		if (p->clients >= FOREST_CLIENTS && p->n >= FOREST_PAIRS)
			good = print_forest(to, p);
	}
	free(runs);
	free(scratch.at);
	return good;
}
