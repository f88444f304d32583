/* SPDX-License-Identifier: ISC */
#include "app/cmd/cmd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cmd/compare.h"
#include "app/cmd/csv.h"
#include "app/cmd/hunt_rows.h"
#include "app/cmd/ndjson.h"
#include "app/cmd/profiles.h"
#include "app/cmd/table.h"
#include "app/cmd/timearg.h"

enum { SHOWN_MAX = 64, TABLE_WIDTH = 100 };

/* What a table shows without --columns: at most 100 characters. */
#define COLUMNS_PAIR "client,zone,queries,unique_names,bytes_up,bytes_down,score"
#define COLUMNS_CLIENT "client,zones,queries,unique_names,bytes_up,bytes_down,avg_name_length,score"
#define COLUMNS_ZONE "zone,clients,queries,unique_names,bytes_up,bytes_down,score"

struct hunt {
	struct options options;
	struct where where;
	const struct column *sort, *shown[SHOWN_MAX];
	unsigned n_shown;
	enum hunt_by by;
	int64_t window_s; /* 0: everything */
};

static void usage(void)
{
	printf(
	    "usage: dnshound hunt [options] INPUT...\n\n"
	    "The figures of every pair of client and zone, whatever their score: a table to sort "
	    "and\nfilter.\n\n"
	    "  dnshound hunt capture.pcap\n"
	    "  dnshound hunt --where 'unique_names > 10 and avg_name_length > 40' /var/log/zeek/\n"
	    "  dnshound hunt --by client --sort nxdomain_percent --top 20 day.pcap\n"
	    "  dnshound hunt --window 24h --csv --columns client,zone,bytes_up,qtypes eve.json\n\n"
	    "Conditions: COLUMN = != < <= > >= VALUE, texts also 'contains' and 'startswith';\n"
	    "and, or, not, parentheses. Numbers take K, M, KiB, MiB. With --by they apply to the\n"
	    "sums. --window reads the input twice, so it takes no pipe.\n\n"
	    "Columns:\n");
	for (unsigned i = 0; i < columns_n; i++)
		printf("  %-22s %s\n", columns[i].name, columns[i].help);
	options_help(USE_INPUT | USE_HUNT);
	printf("\nExit status: 0 read everything, 2 something was wrong.\n");
}

static void tell_columns(const char *option, const char *name, size_t len)
{
	unsigned width = 0;
	fprintf(stderr, "dnshound: --%s: there is no column '%.*s'; there are\n ", option, (int)len,
	    name);
	for (unsigned i = 0; i < columns_n; i++) {
		unsigned n = (unsigned)strlen(columns[i].name) + 1;
		if (width + n > 90) {
			fprintf(stderr, "\n ");
			width = 0;
		}
		fprintf(stderr, " %s", columns[i].name);
		width += n;
	}
	fputc('\n', stderr);
}

static bool choose_columns(struct hunt *h, const char *list)
{
	for (const char *s = list;; s++) {
		size_t len = strcspn(s, ",");
		const struct column *c = columns_find(s, len);
		if (!c || h->n_shown == SHOWN_MAX) {
			tell_columns("columns", s, len);
			return false;
		}
		h->shown[h->n_shown++] = c;
		s += len;
		if (!*s)
			return true;
	}
}

static bool choose_where(struct hunt *h)
{
	struct where_error error;
	const char *expression = h->options.where;
	if (!expression || where_parse(&h->where, expression, &error))
		return true;
	fprintf(stderr, "dnshound: --where: %s\n  %s\n  %*s^\n", error.text, expression,
	    (int)error.at, "");
	return false;
}

static bool choose_by(struct hunt *h)
{
	static const struct {
		const char *name;
		enum hunt_by by;
	} keys[] = {{"client,zone", HUNT_BY_PAIR}, {"zone,client", HUNT_BY_PAIR},
	    {"client", HUNT_BY_CLIENT}, {"zone", HUNT_BY_ZONE}};
	if (!h->options.by)
		return true;
	for (unsigned i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(h->options.by, keys[i].name) == 0) {
			h->by = keys[i].by;
			return true;
		}
	fprintf(stderr, "dnshound: --by: '%s' is none of client,zone and client and zone\n",
	    h->options.by);
	return false;
}

static bool choose_window(struct hunt *h)
{
	const char *text = h->options.window;
	if (!text)
		return true;
	if (!timearg_span(text, &h->window_s)) {
		fprintf(stderr, "dnshound: --window: '%s' is no span of time, such as 90m or 24h\n",
		    text);
		return false;
	}
	return true;
}

static bool choose(struct hunt *h)
{
	static const char *const defaults[] = {COLUMNS_PAIR, COLUMNS_CLIENT, COLUMNS_ZONE};
	const char *sort = h->options.sort ? h->options.sort : "bytes_total";
	if (!choose_where(h) || !choose_by(h) || !choose_window(h))
		return false;
	h->sort = columns_find(sort, strlen(sort));
	if (!h->sort)
		tell_columns("sort", sort, strlen(sort));
	if (!h->sort)
		return false;
	if (h->options.columns)
		return choose_columns(h, h->options.columns);
	if (!h->options.json && !h->options.csv)
		return choose_columns(h, defaults[h->by]);
	while (h->n_shown < columns_n) {
		h->shown[h->n_shown] = &columns[h->n_shown];
		h->n_shown++;
	}
	return true;
}

static bool is_left(const struct column *c)
{
	return column_is_text(c) || c->kind == COLUMN_WORD || c->kind == COLUMN_TIME;
}

static unsigned width_of(const struct column *c)
{
	unsigned head = (unsigned)strlen(c->name);
	return head > c->width ? head : c->width;
}

static void print_head(const struct hunt *h)
{
	for (unsigned i = 0; i < h->n_shown; i++) {
		const struct column *c = h->shown[i];
		int width = i + 1 == h->n_shown && is_left(c) ? 0 : (int)width_of(c);
		printf("%s%*s", i ? "  " : "", is_left(c) ? -width : width, c->name);
	}
	putchar('\n');
}

static void print_row(const struct hunt *h, const struct dh_finding *f)
{
	char text[COLUMN_TEXT_MAX];
	for (unsigned i = 0; i < h->n_shown; i++) {
		const struct column *c = h->shown[i];
		int width = (int)width_of(c);
		column_cell(c, f, text, sizeof(text));
		/* The last text column of the user's choice may run on. */
		if (i + 1 < h->n_shown || !h->options.columns || !is_left(c))
			table_fit(text, (size_t)width);
		if (i + 1 == h->n_shown && is_left(c))
			width = 0;
		printf("%s%*s", i ? "  " : "", is_left(c) ? -width : width, text);
	}
	putchar('\n');
}

static void csv_row(const struct hunt *h, const struct dh_finding *f)
{
	char text[COLUMN_TEXT_MAX];
	for (unsigned i = 0; i < h->n_shown; i++) {
		column_text(h->shown[i], f, text, sizeof(text));
		csv_cell(text, i == 0);
	}
	csv_end();
}

static void json_row(const struct hunt *h, const struct dh_finding *f)
{
	static const char *const types[] = {"pair", "client", "zone"};
	struct record *o = record_new(types[h->by]);
	for (unsigned i = 0; i < h->n_shown; i++)
		column_record(h->shown[i], f, o);
	record_print(o);
}

/* About how many pairs have no figures: evicted ones that came back count again. */
static uint64_t pairs_without(const struct session *s, const struct hunt_rows *r)
{
	return s->stats.pairs > r->pairs ? s->stats.pairs - r->pairs : 0;
}

static void print_rows(const struct hunt *h, const struct session *s, struct hunt_rows *r)
{
	size_t shown = h->options.top && h->options.top < r->n ? h->options.top : r->n;
	struct published row;

	if (h->options.csv)
		for (unsigned i = 0; i <= h->n_shown; i++)
			i < h->n_shown ? csv_cell(h->shown[i]->name, i == 0) : csv_end();
	else if (!h->options.json && r->n)
		print_head(h);
	for (size_t i = 0; i < shown; i++) {
		hunt_load(r, i, &row);
		(h->options.csv ? csv_row : h->options.json ? json_row : print_row)(h, &row.f);
	}
	if (h->options.json) {
		struct record *o = ndjson_summary_new(s);
		record_int(o, "rows", r->n);
		record_int(o, "rows_shown", shown);
		record_int(o, "pairs_without_figures", pairs_without(s, r));
		record_print(o);
		return;
	}
	if (h->options.csv)
		return;
	if (shown < r->n)
		printf("... and %zu more\n", r->n - shown);
	printf("\n%zu row%s\n", r->n, r->n == 1 ? "" : "s");
	if (pairs_without(s, r))
		printf("About %llu pairs had no room for figures (see --memory)\n",
		    (unsigned long long)pairs_without(s, r));
	table_coverage(s);
}

int cmd_hunt(int argc, char **argv)
{
	struct hunt h = {.n_shown = 0};
	struct session s;
	struct hunt_rows rows;
	int status = EXIT_ERROR;

	if (!options_parse(&h.options, USE_INPUT | USE_HUNT, argc, argv))
		return EXIT_ERROR;
	if (h.options.help) {
		usage();
		return EXIT_CLEAN;
	}
	if (!options_has_input(&h.options, argv[0]) || !choose(&h))
		return EXIT_ERROR;
	if (h.window_s &&
	    !session_window(&h.options, "--window", h.window_s, &h.options.not_before_ns))
		return EXIT_ERROR;
	if (h.options.profile)
		return profiles_scan(&h.options);
	if (h.options.compare)
		return compare_run(&h.options);
	if (session_open(&s, &h.options, true) && session_run(&s) &&
	    hunt_gather(&rows, &s, h.by, h.options.where ? &h.where : NULL, h.sort)) {
		print_rows(&h, &s, &rows);
		hunt_free(&rows);
		status = s.errors ? EXIT_ERROR : EXIT_CLEAN;
	}
	session_close(&s);
	return status;
}
