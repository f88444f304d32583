/* SPDX-License-Identifier: ISC */
#include "app/cmd/baseline_read.h"

#include <stdio.h>
#include <stdlib.h>

#include "app/alert/stamp.h"
#include "app/cmd/table.h"
#include "app/cmd/textfile.h"

bool baseline_read(struct baseline_memory *m, const char *path, const struct hash_key *key,
    const struct baseline **ret)
{
	struct view text;
	uint32_t line = 0;

	*m = (struct baseline_memory){0};
	if (!textfile_read(path, &m->text, &text))
		return false;
	m->loaded = malloc(baseline_size(text));
	if (!m->loaded) {
		fprintf(stderr, "dnshound: out of memory\n");
		return false;
	}
	enum baseline_error error = baseline_load(m->loaded, text, key, ret, &line);
	if (error)
		fprintf(stderr, "dnshound: %s:%u: %s\n", path, line, baseline_error_text(error));
	return !error;
}

void baseline_done(struct baseline_memory *m)
{
	free(m->loaded);
	free(m->text);
	*m = (struct baseline_memory){0};
}

/* 0: not learned. */
static void budget_text(uint32_t v, char *buf, size_t size)
{
	if (v)
		table_bytes(v, buf, size);
	else
		snprintf(buf, size, "-");
}

static void print_budgets(const struct baseline *b)
{
	static const char *const scales[] = {"10 minutes", "6 hours", "7 days"};
	char up[24], down[24];

	if (!b->has_budgets) {
		printf("Budgets: those that ship (too few clients with zones of their own, or "
		       "days)\n");
		return;
	}
	printf("\n%-12s %12s %12s\n", "budget", "out", "in");
	for (int i = 0; i < SCALES; i++) {
		budget_text(b->budgets.up[i], up, sizeof(up));
		budget_text(b->budgets.down[i], down, sizeof(down));
		printf("%-12s %12s %12s\n", scales[i], up, down);
	}
	budget_text(b->budgets.opaque, down, sizeof(down));
	budget_text(b->budgets.bound, up, sizeof(up));
	printf("%-12s %12s %12s\n%-12s %12s\n", "opaque", "", down, "repeated", up);
}

static void print_zone(const struct baseline_zone *z)
{
	enum { SLOWEST = SCALES - 1 };
	char name[64], bytes[4][24];
	const uint32_t values[] = {z->median_up[SLOWEST], z->high_up[SLOWEST],
	    z->median_down[SLOWEST], z->high_down[SLOWEST]};

	snprintf(name, sizeof(name), "%.*s", (int)(z->name.len < 63 ? z->name.len : 63),
	    (const char *)z->name.p);
	table_fit(name, 32);
	for (int i = 0; i < 4; i++)
		table_bytes(values[i], bytes[i], sizeof(bytes[i]));
	printf("%-32s %7u %4u %4u %% %10s %10s %10s %10s\n", name, z->clients, z->days,
	    z->prevalence_permille / 10, bytes[0], bytes[1], bytes[2], bytes[3]);
}

void baseline_print(const struct baseline *b)
{
	const struct baseline_site *s = &b->site;
	char from[48], until[48];

	stamp_print((int64_t)s->from_s * 1000000000, from, sizeof(from));
	stamp_print((int64_t)s->until_s * 1000000000, until, sizeof(until));
	printf("Learned from %u pairs of %u clients, %.10s to %.10s", s->pairs, s->clients, from,
	    until);
	if (s->left_out)
		printf("; %u clients with findings left out", s->left_out);
	printf("\nZones that %u clients or more asked for: %u\n", s->min_clients, b->n_zones);
	printf("Isolation forest: %u trees\n", b->forest.n_trees);
	print_budgets(b);
	if (b->n_zones)
		printf("\n%-32s %7s %4s %6s %10s %10s %10s %10s\n", "zone", "clients", "days",
		    "share", "out: half", "most", "in: half", "most");
	for (uint32_t i = 0; i < b->n_zones; i++)
		print_zone(&b->zones[i]);
}

bool baseline_is_file(const char *path)
{
	static const char begins[] = "dnshound-baseline\t";
	char head[sizeof(begins) - 1];
	FILE *f = fopen(path, "r");
	bool is = f && fread(head, 1, sizeof(head), f) == sizeof(head) &&
	          memcmp(head, begins, sizeof(head)) == 0;
	if (f)
		fclose(f);
	return is;
}

bool baseline_show(const char *path)
{
	static const struct hash_key key;
	struct baseline_memory memory;
	const struct baseline *b;
	bool is_good = baseline_read(&memory, path, &key, &b);
	if (is_good)
		baseline_print(b);
	baseline_done(&memory);
	return is_good;
}
