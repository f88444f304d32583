/* SPDX-License-Identifier: ISC */
#include "app/cmd/run_report.h"

#include <stdio.h>

#include "app/cmd/ndjson.h"
#include "app/cmd/rows.h"
#include "app/cmd/table.h"
#include "lib/base/address.h"
#include "lib/decode/name.h"

enum { SHOWN = 12 };

/* Terminals obey what stands in names of programs. */
static void print_clean(const char *s, int width)
{
	int n = 0;
	for (; *s && n < width; s++, n++)
		putchar((unsigned char)*s < 0x20 || (unsigned char)*s >= 0x7f ? '?' : *s);
	for (; n < width; n++)
		putchar(' ');
}

static void print_asked(const struct people *people, const struct finding *f)
{
	char zone[NAME_TEXT_MAX + 2], up[24], server[46] = "-";
	const struct people_zone *z = people_zone(people, f->now.zone_hash);
	const struct process *p = z ? people_find(people, z->who[0].serial) : NULL;

	publish_zone(f, zone);
	table_bytes(f->now.bytes_up, up, sizeof(up));
	if (f->evidence && f->evidence->n_servers)
		address_print(f->evidence->servers[0], server);
	print_clean(p ? p->comm : "?", 15);
	printf(" %7d  ", p ? p->pid : 0);
	print_clean(zone, 30);
	printf(" %7llu %7llu %10s  %s\n", (unsigned long long)f->now.queries,
	    (unsigned long long)f->now.unique, up, server);
}

static void print_table(const struct session *s, const struct people *people)
{
	struct rows rows;
	if (!rows_gather(&rows, s, ROWS_PAIRS))
		return;
	if (rows.n)
		printf("%-15s %7s  %-30s %7s %7s %10s  %s\n", "process", "pid", "zone", "queries",
		    "names", "leak up to", "asked");
	for (size_t i = 0; i < rows.n && i < SHOWN; i++)
		print_asked(people, &rows.at[i]);
	if (rows.n > SHOWN)
		printf("... and %zu more zones\n", rows.n - SHOWN);
	rows_free(&rows);
}

static void print_culprits(const struct people *people, const struct rows *rows)
{
	for (size_t i = 0; i < rows->n; i++) {
		char zone[NAME_TEXT_MAX + 2];
		const struct people_zone *z = people_zone(people, rows->at[i].now.zone_hash);
		publish_zone(&rows->at[i], zone);
		for (unsigned k = 0; z && k < PEOPLE_PER_ZONE; k++) {
			const struct process *p = people_find(people, z->who[k].serial);
			if (!p)
				continue;
			printf("Process: ");
			print_clean(zone, 30);
			printf(" %u queries by %d ", z->who[k].queries, p->pid);
			print_clean(*p->exe ? p->exe : p->comm, 40);
			putchar('\n');
		}
	}
}

static void print_blind(const struct run_counts *c)
{
	bool any = false;
	for (unsigned i = 0; i < BLIND_COUNT; i++)
		if (c->blind[i]) {
			printf("%s%s %llu", any ? ", " : "Not seen: ", run_line_blind(i),
			    (unsigned long long)c->blind[i]);
			any = true;
		}
	if (any)
		printf(" (docs/run.md)\n");
}

void run_report(const struct session *s, const struct people *people, const struct run_counts *c)
{
	struct rows rows;

	if (s && s->stats.events) {
		print_table(s, people);
		if (rows_gather(&rows, s, ROWS_FINDINGS)) {
			putchar('\n');
			table_findings(s, &rows);
			print_culprits(people, &rows);
			rows_free(&rows);
		}
	}
	printf(
	    "dnshound: %u processes asked, %llu queries, %llu names of the resolver library alone "
	    "(%llu seen twice)",
	    people->met, (unsigned long long)c->queries, (unsigned long long)c->names,
	    (unsigned long long)c->joined);
	if (c->blocked)
		printf(", %llu blocked", (unsigned long long)c->blocked);
	if (c->lines_lost)
		printf(", %llu lines lost", (unsigned long long)c->lines_lost);
	putchar('\n');
	print_blind(c);
}

void run_report_json(const struct session *s, const struct people *people)
{
	struct rows rows;
	(void)people;
	if (!rows_gather(&rows, s, ROWS_FINDINGS))
		return;
	for (size_t i = 0; i < rows.n; i++)
		ndjson_finding(s, &rows.at[i]);
	ndjson_summary(s, &rows);
	rows_free(&rows);
}
