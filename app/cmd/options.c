/* SPDX-License-Identifier: ISC */
#include "app/cmd/options.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cmd/inputs.h"

enum kind { KIND_FLAG, KIND_TEXT, KIND_NUMBER, KIND_LIST, KIND_BYTES, KIND_FORMAT, KIND_SEED };

static const struct entry {
	const char *name;
	char letter;
	enum kind kind;
	unsigned uses;
	size_t at;
	uint64_t max;
	const char *argument, *help;
} table[] = {
#define AT(member) offsetof(struct options, member)
    {"json", 'j', KIND_FLAG, USE_FINDINGS | USE_HUNT | USE_EXPLAIN | USE_CARVE | USE_LEARN,
        AT(json), 0, NULL, "one JSON object a line on standard output"},
    {"output", 'o', KIND_TEXT, USE_CARVE, AT(output), 0, "DIR",
        "where the files go: a new or empty directory"},
    {"force", 0, KIND_FLAG, USE_CARVE, AT(force), 0, NULL,
        "use DIR although it is not empty; nothing in it is overwritten"},
    {"tool", 0, KIND_TEXT, USE_CARVE, AT(tool), 0, "NAME",
        "carve as this tool's, or 'generic', whatever was recognised"},
    {"password", 0, KIND_TEXT, USE_CARVE, AT(password), 0, "TEXT",
        "for tools that encrypt with one (others on this machine can see it)"},
    {"password-file", 0, KIND_TEXT, USE_CARVE, AT(password_file), 0, "FILE",
        "the password is the first line of FILE"},
    {"max-bytes", 0, KIND_BYTES, USE_CARVE, AT(max_bytes), 0, "BYTES",
        "write no more than that in all (default 256M)"},
    {"html", 0, KIND_TEXT, USE_SCAN, AT(html), 0, "FILE",
        "also write a report for people: one file, no network needed"},
    {"csv", 0, KIND_FLAG, USE_HUNT, AT(csv), 0, NULL, "comma-separated values on standard output"},
    {"threshold", 't', KIND_NUMBER, USE_FINDINGS | USE_CARVE | USE_LEARN, AT(threshold), 100,
        "SCORE", "findings from this score on (default 50)"},
    {"top", 'n', KIND_NUMBER, USE_FINDINGS | USE_HUNT | USE_LEARN | USE_EXPLAIN, AT(top), 1000000,
        "N", "show at most N rows"},
    {"client", 0, KIND_LIST, USE_INPUT, AT(clients), 0, "ADDR[/LEN]",
        "only this client or network (repeatable)"},
    {"zone", 0, KIND_LIST, USE_INPUT, AT(zones), 0, "ZONE", "only this zone (repeatable)"},
    {"since", 0, KIND_TEXT, USE_INPUT, AT(since), 0, "TIME",
        "from 2026-01-02[T03:04[:05]] (UTC) or epoch on; 24h: of the newest"},
    {"until", 0, KIND_TEXT, USE_INPUT, AT(until), 0, "TIME", "only events up to then"},
    {"input-format", 0, KIND_FORMAT, USE_INPUT | USE_EXPLAIN, AT(format), 0, "NAME",
        "instead of looking: pcap, dnsmasq, bind ... (docs/inputs.md)"},
    {"tz", 0, KIND_TEXT, USE_INPUT | USE_EXPLAIN, AT(tz), 0, "ZONE",
        "of logs that tell none: UTC (default), local, +02:00, Europe/Berlin"},
    {"profile", 0, KIND_TEXT, USE_FINDINGS | USE_HUNT, AT(profile), 0, "NAME",
        "verdicts of a known rule set: points, hunt or listener"},
    {"compare", 0, KIND_TEXT, USE_FINDINGS | USE_HUNT, AT(compare), 0, "NAMES",
        "what points,hunt,listener said, what dnshound says, and why"},
    {"allow", 0, KIND_LIST, USE_FINDINGS | USE_LEARN, AT(allow), 0, "FILE",
        "findings that are accepted: lines of zone, client, until, reason"},
    {"baseline", 0, KIND_TEXT, USE_FINDINGS | USE_HUNT, AT(baseline), 0, "FILE",
        "judge by what dnshound learn wrote"},
    {"output", 'o', KIND_TEXT, USE_LEARN, AT(output), 0, "FILE", "where the baseline goes"},
    {"show", 0, KIND_TEXT, USE_LEARN, AT(show), 0, "FILE", "print a baseline, read nothing else"},
    {"min-clients", 0, KIND_NUMBER, USE_LEARN, AT(min_clients), 1000000, "N",
        "learn a zone from so many clients on (default 3, at least 2)"},
    {"alerts-per-week", 0, KIND_NUMBER, USE_LEARN, AT(alerts_per_week), 1000000, "N",
        "clients that may pass a budget (default: one in 1,000)"},
    {"site-zones", 0, KIND_LIST, USE_INPUT | USE_EXPLAIN, AT(site_zones), 0, "ZONE[,ZONE...]",
        "zones of this site"},
    {"resolvers", 0, KIND_LIST, USE_INPUT, AT(resolvers), 0, "ADDR[,ADDR...]",
        "resolvers of this site: what they ask is their clients'"},
    {"internal", 0, KIND_LIST, USE_INPUT, AT(internal), 0, "NET[,NET...]",
        "addresses of this site: what others ask is not judged"},
    {"psl", 0, KIND_TEXT, USE_INPUT | USE_EXPLAIN, AT(psl), 0, "FILE",
        "another Public Suffix List"},
    {"services", 0, KIND_TEXT, USE_INPUT | USE_EXPLAIN, AT(services), 0, "FILE",
        "another catalogue of declared services"},
    {"scorecard", 0, KIND_TEXT, USE_INPUT, AT(scorecard), 0, "FILE", "other weights"},
    {"memory", 0, KIND_BYTES, USE_INPUT, AT(memory), 0, "BYTES",
        "budget for state, e.g. 192M (default)"},
    {"jobs", 0, KIND_NUMBER, USE_INPUT, AT(jobs), 16, "N", "threads (default: one per core)"},
    {"seed", 0, KIND_SEED, USE_INPUT, AT(seed), 0, "N", "key of the hash tables"},
    {"input", 'i', KIND_TEXT, USE_EXPLAIN, AT(input), 0, "FILE",
        "how the first lines of a log are understood"},
    {"where", 'w', KIND_TEXT, USE_HUNT, AT(where), 0, "EXPR",
        "e.g. 'unique_names > 10 and avg_name_length > 40'"},
    {"sort", 's', KIND_TEXT, USE_HUNT, AT(sort), 0, "COLUMN",
        "largest first (default bytes_total)"},
    {"columns", 'c', KIND_TEXT, USE_HUNT, AT(columns), 0, "A,B,...", "which figures"},
    {"window", 0, KIND_TEXT, USE_HUNT, AT(window), 0, "TIME",
        "only the last 24h, 90m ... before the newest event"},
    {"by", 0, KIND_TEXT, USE_HUNT, AT(by), 0, "KEYS", "client,zone (default), zone or client"},
    {"help", 'h', KIND_FLAG, ~0u, AT(help), 0, NULL, "this text"},
#undef AT
};
enum { ENTRIES = sizeof(table) / sizeof(table[0]) };

static bool read_number(const char *s, uint64_t max, uint64_t *ret)
{
	char *end;
	errno = 0;
	unsigned long long v = strtoull(s, &end, 10);
	if (errno || end == s || *end || *s == '-' || v > max)
		return false;
	*ret = v;
	return true;
}

static bool read_bytes(const char *s, uint64_t *ret)
{
	static const char units[] = "KMG";
	char digits[24];
	size_t n = strlen(s);
	unsigned shift = 0;
	const char *unit = n ? strchr(units, s[n - 1]) : NULL;
	if (unit && *unit) {
		shift = 10 * (unsigned)(unit - units + 1);
		n--;
	}
	uint64_t v;
	if (n == 0 || n >= sizeof(digits))
		return false;
	memcpy(digits, s, n);
	digits[n] = 0;
	if (!read_number(digits, UINT64_MAX >> shift, &v))
		return false;
	*ret = v << shift;
	return true;
}

static bool set(struct options *o, const struct entry *e, const char *value)
{
	void *at = (char *)o + e->at;
	struct option_list *list = at;
	uint64_t v;

	switch (e->kind) {
	case KIND_FLAG:
		*(bool *)at = true;
		return true;
	case KIND_TEXT:
		*(const char **)at = value;
		return true;
	case KIND_NUMBER:
		if (!read_number(value, e->max, &v))
			return false;
		*(unsigned *)at = (unsigned)v;
		return true;
	case KIND_SEED:
		return read_number(value, UINT64_MAX, at);
	case KIND_BYTES:
		return read_bytes(value, at);
	case KIND_FORMAT:
		return inputs_named(value, at);
	case KIND_LIST:
		if (list->n == OPTIONS_LIST_MAX)
			return false;
		list->at[list->n++] = value;
		return true;
	}
	return false;
}

bool options_parse(struct options *o, unsigned uses, int argc, char **argv)
{
	struct option longs[ENTRIES + 1] = {{0}};
	char letters[2 * ENTRIES + 2] = ":";
	int chosen[ENTRIES];
	unsigned n = 0;

	*o = (struct options){.threshold = 50,
	    .min_clients = 3,
	    .format = FORMAT_AUTO,
	    .memory = (uint64_t)192 << 20,
	    .max_bytes = (uint64_t)256 << 20};
	for (unsigned i = 0; i < ENTRIES; i++) {
		if (!(table[i].uses & uses))
			continue;
		longs[n].name = table[i].name;
		longs[n].has_arg = table[i].kind == KIND_FLAG ? no_argument : required_argument;
		longs[n].val = 256 + (int)i;
		chosen[n++] = (int)i;
		if (table[i].letter) {
			char letter[3] = {table[i].letter, table[i].kind == KIND_FLAG ? 0 : ':', 0};
			strcat(letters, letter);
		}
	}
	optind = 1;
	opterr = 0;
	for (int c; (c = getopt_long(argc, argv, letters, longs, NULL)) != -1;) {
		const struct entry *e = NULL;
		if (c == '?' || c == ':') {
			const char *word = argv[optind - 1];
			fprintf(stderr, "dnshound: %s: %s (see dnshound %s --help)\n", word,
			    c == ':' ? "needs a value" : "no such option", argv[0]);
			return false;
		}
		for (unsigned i = 0; i < n; i++)
			if (c == 256 + chosen[i] ||
			    (table[chosen[i]].letter && c == table[chosen[i]].letter))
				e = &table[chosen[i]];
		if (!e || !set(o, e, optarg)) {
			if (e && e->kind == KIND_FORMAT) {
				fprintf(stderr, "dnshound: --%s: '%s' is none of %s\n", e->name,
				    optarg, inputs_names());
				return false;
			}
			fprintf(stderr,
			    "dnshound: --%s: '%s' is not a valid value (see dnshound %s --help)\n",
			    e ? e->name : "?", optarg ? optarg : "", argv[0]);
			return false;
		}
	}
	o->inputs = (const char *const *)argv + optind;
	o->n_inputs = (unsigned)(argc - optind);
	return true;
}

bool options_has_input(const struct options *o, const char *command)
{
	if (o->n_inputs)
		return true;
	fprintf(stderr,
	    "dnshound: %s what? Name a capture, a log or a directory (see dnshound %s --help)\n",
	    command, command);
	return false;
}

void options_help(unsigned uses)
{
	printf("\nOptions:\n");
	for (unsigned i = 0; i < ENTRIES; i++) {
		char left[64];
		if (!(table[i].uses & uses))
			continue;
		snprintf(left, sizeof(left), "  %c%c%s--%s%s%s", table[i].letter ? '-' : ' ',
		    table[i].letter ? table[i].letter : ' ', table[i].letter ? ", " : "  ",
		    table[i].name, table[i].argument ? " " : "",
		    table[i].argument ? table[i].argument : "");
		printf("%-32s %s\n", left, table[i].help);
	}
}
