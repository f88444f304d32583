/* SPDX-License-Identifier: ISC */
#include "app/cmd/cmd.h"

#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "app/alert/rules.h"
#include "app/cmd/options.h"
#include "app/cmd/psl_load.h"
#include "app/cmd/timearg.h"

enum { TOLD_MAX = 20, LINE_MAX_BYTES = 16 << 20, EXPIRE_S = 3600 };

struct request {
	enum rules_format format; /* RULES_FORMATS: not said yet */
	const char *tool;
	const char *min_severity;
	struct option_list resolvers;
	struct rules_options options;
	struct suffix *suffixes; /* NULL: no list */
	unsigned left_out;
	bool is_bad;
};

static void usage(void)
{
	printf(
	    "usage: dnshound rules --format FORMAT FINDINGS...\n"
	    "       dnshound rules --format FORMAT --tool NAME\n\n"
	    "Rules for other tools, from findings (JSON lines of scan, alerts or a sink; - reads a "
	    "pipe)\nor from what is known of a tunnel tool, whatever its zone.\n\n"
	    "  dnshound scan --json day.pcap | dnshound rules --rpz - > rpz.dnshound.zone\n"
	    "  dnshound alerts list --json | dnshound rules --suricata - > dnshound.rules\n"
	    "  dnshound rules --sigma --tool iodine\n\n"
	    "To find:  suricata  sigma  kql (Sentinel, Defender)  spl (Splunk)\n"
	    "To block: rpz  unbound  dnsmasq  hosts  nft (pairs of addresses that skip the "
	    "resolver)\n\n"
	    "  --format WORD         one of these; --suricata, --rpz ... say the same\n"
	    "  --tool NAME           rules by traits; \"list\" names the tools\n"
	    "  --min-severity WORD   of findings (default: info to find, medium to block)\n"
	    "  --resolver ADDRESS    of the site: never in a pair of nft; any number of times\n"
	    "  --expire TIME         of nft's pairs (default 1h)\n"
	    "  --help                this text\n\n"
	    "What blocks never holds what the site allows, declared services or public suffixes. "
	    "A name\nthat a format cannot hold safely is left out, and told of.\n\n"
	    "Exit status: 0 written (maybe no rule at all), 2 something was wrong.\n");
}

static bool is_suffix(void *ctx, const uint8_t *wire, size_t len)
{
	struct request *r = ctx;
	struct name_scan scan;
	if (!r->suffixes)
		return false;
	scan_name(&scan, wire, len);
	uint8_t class = suffix_split(r->suffixes, &scan).class;
	return class == ZONE_SUFFIX || class == ZONE_REVERSE;
}

static void left_out(void *ctx, const char *name, const char *why)
{
	struct request *r = ctx;
	if (++r->left_out <= TOLD_MAX)
		fprintf(stderr, "dnshound: left out: %s: %s\n", name, why);
}

static bool set_severity(struct request *r)
{
	r->options.min_severity = rules_format_blocks(r->format) ? DH_MEDIUM : DH_INFO;
	if (!r->min_severity)
		return true;
	for (int i = DH_INFO; i <= DH_CRITICAL; i++)
		if (strcmp(dh_severity_text((enum dh_severity)i), r->min_severity) == 0) {
			r->options.min_severity = (enum dh_severity)i;
			return true;
		}
	fprintf(stderr,
	    "dnshound: --min-severity: '%s' is none of info, low, medium, high, critical\n",
	    r->min_severity);
	return false;
}

static void load_suffixes(struct request *r)
{
	struct psl_report report;
	void *memory = aligned_alloc(64, (suffix_size() + 63) & ~(size_t)63);
	if (!memory)
		return;
	r->suffixes = suffix_init(memory);
	int error = psl_load(r->suffixes, PSL_PATH, &report);
	if (error) {
		fprintf(stderr, "dnshound: %s: %s; zones are not compared with public suffixes\n",
		    PSL_PATH, strerror(-error));
		free(memory);
		r->suffixes = NULL;
	}
}

static void take_lines(struct request *r, struct rules *rules, FILE *from, const char *path)
{
	char *line = NULL;
	size_t room = 0;
	unsigned number = 0, bad = 0;
	for (ssize_t n; (n = getline(&line, &room, from)) >= 0;) {
		number++;
		if (n > 0 && line[n - 1] == '\n')
			line[--n] = 0;
		if (n == 0)
			continue;
		bool is_bad = n > LINE_MAX_BYTES || strlen(line) != (size_t)n ||
		              rules_take(rules, line) == RULES_BAD;
		if (is_bad && bad++ == 0)
			fprintf(stderr,
			    "dnshound: %s:%u: no JSON; findings are the lines of scan --json\n",
			    path, number);
	}
	if (ferror(from)) {
		fprintf(stderr, "dnshound: %s: %s\n", path, strerror(errno));
		bad++;
	}
	r->is_bad |= bad > 0;
	free(line);
}

static void take_file(struct request *r, struct rules *rules, const char *path)
{
	FILE *from = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (!from) {
		fprintf(stderr, "dnshound: %s: %s\n", path, strerror(errno));
		r->is_bad = true;
		return;
	}
	take_lines(r, rules, from, path);
	if (from != stdin)
		fclose(from);
}

static int from_findings(struct request *r, char **paths, int n)
{
	struct rules *rules = rules_new();
	if (!rules)
		return EXIT_ERROR;
	if (rules_format_blocks(r->format))
		load_suffixes(r);
	for (int i = 0; i < n; i++)
		take_file(r, rules, paths[i]);
	rules_write(rules, r->format, &r->options, stdout);
	if (r->left_out > TOLD_MAX)
		fprintf(stderr, "dnshound: and %u more\n", r->left_out - TOLD_MAX);
	rules_free(rules);
	free(r->suffixes);
	return r->is_bad ? EXIT_ERROR : EXIT_CLEAN;
}

static int from_tool(struct request *r)
{
	const char *tool;
	unsigned i = 0;
	if (strcmp(r->tool, "list") == 0) {
		for (; (tool = rules_tool_at(i)); i++)
			puts(tool);
		return EXIT_CLEAN;
	}
	while ((tool = rules_tool_at(i)) && strcmp(tool, r->tool) != 0)
		i++;
	if (!tool) {
		fprintf(stderr,
		    "dnshound: --tool: no traits of '%s' are known; --tool list names them\n",
		    r->tool);
		return EXIT_ERROR;
	}
	if (rules_write_tool(tool, r->format, &r->options, stdout) > 0)
		return EXIT_CLEAN;
	fprintf(stderr,
	    "dnshound: %s blocks zones or addresses, and a tool has none of its own: give "
	    "findings\n",
	    rules_format_text(r->format));
	return EXIT_ERROR;
}

static bool read_option(struct request *r, int c, const char *value)
{
	int64_t seconds;
	switch (c) {
	case 'f':
		r->format = rules_format_parse(value);
		if (r->format == RULES_FORMATS)
			fprintf(stderr,
			    "dnshound: --format: '%s' is none; see dnshound rules --help\n", value);
		return r->format != RULES_FORMATS;
	case 't':
		r->tool = value;
		return true;
	case 's':
		r->min_severity = value;
		return true;
	case 'r':
		if (r->resolvers.n == OPTIONS_LIST_MAX) {
			fprintf(stderr, "dnshound: --resolver: at most %d\n", OPTIONS_LIST_MAX);
			return false;
		}
		r->resolvers.at[r->resolvers.n++] = value;
		return true;
	case 'e':
		if (!timearg_span(value, &seconds) || seconds < 1 || seconds > 30 * 86400) {
			fprintf(stderr, "dnshound: --expire: '%s' is no time up to 30d (10m, 6h)\n",
			    value);
			return false;
		}
		r->options.expire_s = (uint32_t)seconds;
		return true;
	default:
		return false;
	}
}

int cmd_rules(int argc, char **argv)
{
	enum { FIRST_FORMAT = 256 };
	struct option longs[6 + RULES_FORMATS + 1] = {{"format", required_argument, NULL, 'f'},
	    {"tool", required_argument, NULL, 't'}, {"min-severity", required_argument, NULL, 's'},
	    {"resolver", required_argument, NULL, 'r'}, {"expire", required_argument, NULL, 'e'},
	    {"help", no_argument, NULL, 'h'}};
	struct request r = {.format = RULES_FORMATS,
	    .options = {.expire_s = EXPIRE_S, .is_suffix = is_suffix, .left_out = left_out}};

	for (int i = 0; i < RULES_FORMATS; i++)
		longs[6 + i] = (struct option){
		    rules_format_text((enum rules_format)i), no_argument, NULL, FIRST_FORMAT + i};
	for (int c; (c = getopt_long(argc, argv, "h", longs, NULL)) != -1;) {
		if (c == 'h') {
			usage();
			return EXIT_CLEAN;
		}
		if (c >= FIRST_FORMAT)
			r.format = (enum rules_format)(c - FIRST_FORMAT);
		else if (!read_option(&r, c, optarg))
			return EXIT_ERROR;
	}
	bool is_list = r.tool && strcmp(r.tool, "list") == 0;
	if (r.format == RULES_FORMATS && !is_list) {
		fprintf(stderr,
		    "dnshound: rules for what? --format suricata, sigma, kql, spl, rpz, "
		    "unbound, dnsmasq, hosts or nft\n");
		return EXIT_ERROR;
	}
	if ((r.tool != NULL) == (optind < argc)) {
		fprintf(stderr,
		    "dnshound: rules takes files of findings (- for a pipe) or --tool NAME\n");
		return EXIT_ERROR;
	}
	if (!is_list && !set_severity(&r))
		return EXIT_ERROR;
	r.options.now_ns = (int64_t)time(NULL) * INT64_C(1000000000);
	r.options.resolvers = r.resolvers.at;
	r.options.n_resolvers = r.resolvers.n;
	r.options.ctx = &r;
	return r.tool ? from_tool(&r) : from_findings(&r, argv + optind, argc - optind);
}
