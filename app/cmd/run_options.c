/* SPDX-License-Identifier: ISC */
#include "app/cmd/run_options.h"

#include <errno.h>
#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "app/cmd/run_userconfig.h"

enum kind { KIND_FLAG, KIND_TEXT, KIND_PORT, KIND_SCORE };

static const struct entry {
	const char *name;
	char letter;
	enum kind kind;
	size_t at;
	const char *argument, *help;
} table[] = {
#define AT(member) offsetof(struct run_options, member)
    {"to", 't', KIND_TEXT, AT(to), "DEST",
        "send events to HOST:PORT or unix:PATH, judge nothing here"},
    {"verdict", 'V', KIND_FLAG, AT(verdict), NULL, "judge here too although events are sent"},
    {"block", 'b', KIND_FLAG, AT(block), NULL,
        "answer EPERM to queries of a pair at or above the threshold"},
    {"json", 'j', KIND_FLAG, AT(json), NULL,
        "events, findings and the summary, one JSON object a line"},
    {"output", 'o', KIND_TEXT, AT(output), "FILE", "write there instead of to standard error"},
    {"threshold", 0, KIND_SCORE, AT(engine.threshold), "SCORE",
        "report from this score on (default 50)"},
    {"port", 'p', KIND_PORT, 0, "PORT", "this port is DNS too (repeatable)"},
    {"userconfig", 'u', KIND_TEXT, AT(userconfig), "FILE", "take the destination from a scope.yml"},
    {"token-file", 0, KIND_TEXT, AT(token_file), "FILE",
        "its first line goes into the first event"},
    {"redact", 0, KIND_FLAG, AT(redact), NULL, "no command lines in events"},
    {"answers", 0, KIND_FLAG, AT(answers), NULL, "see answers too: one more stopped call a query"},
    {"all-writes", 0, KIND_FLAG, AT(all_writes), NULL,
        "trap sends and writes on all descriptors: slow, follows copied sockets"},
    {"wait", 0, KIND_FLAG, AT(wait), NULL, "end when the last process has ended, not the first"},
    {"no-preload", 0, KIND_FLAG, AT(no_preload), NULL,
        "no preload object: the resolver library is not seen"},
    {"no-supervisor", 0, KIND_FLAG, AT(no_supervisor), NULL,
        "no seccomp filter: system calls are not seen"},
    {"no-sync", 0, KIND_FLAG, AT(no_sync), NULL,
        "do without synchronous wake-ups: to measure them"},
    {"preload-object", 0, KIND_TEXT, AT(preload), "FILE", "another libdnshound-preload.so"},
    {"psl", 0, KIND_TEXT, AT(engine.psl), "FILE", "another Public Suffix List"},
    {"scorecard", 0, KIND_TEXT, AT(engine.scorecard), "FILE", "other weights"},
    {"quiet", 'q', KIND_FLAG, AT(quiet), NULL, "alerts only, no table at the end"},
    {"help", 'h', KIND_FLAG, AT(help), NULL, "this text"},
#undef AT
};
enum { ENTRIES = sizeof(table) / sizeof(table[0]) };

static bool read_number(const char *s, unsigned long max, unsigned long *ret)
{
	char *end;
	errno = 0;
	unsigned long v = strtoul(s, &end, 10);
	if (errno || end == s || *end || *s == '-' || v > max)
		return false;
	*ret = v;
	return true;
}

static bool set(struct run_options *o, const struct entry *e, const char *value)
{
	void *at = (char *)o + e->at;
	unsigned long v;

	switch (e->kind) {
	case KIND_FLAG:
		*(bool *)at = true;
		return true;
	case KIND_TEXT:
		*(const char **)at = value;
		return true;
	case KIND_SCORE:
		if (!read_number(value, 100, &v))
			return false;
		*(unsigned *)at = (unsigned)v;
		return true;
	case KIND_PORT:
		if (!read_number(value, UINT16_MAX, &v) || v == 0 || o->n_ports == RUN_PORTS)
			return false;
		o->ports[o->n_ports++] = (uint16_t)v;
		return true;
	}
	return false;
}

static bool parse_words(struct run_options *o, int argc, char **argv)
{
	struct option longs[ENTRIES + 1] = {{0}};
	char letters[2 * ENTRIES + 3] = "+:"; /* the application's options are its own */

	for (unsigned i = 0; i < ENTRIES; i++) {
		bool has_value = table[i].kind != KIND_FLAG;
		longs[i].name = table[i].name;
		longs[i].has_arg = has_value ? required_argument : no_argument;
		longs[i].val = 256 + (int)i;
		if (table[i].letter) {
			char letter[3] = {table[i].letter, has_value ? ':' : 0, 0};
			strcat(letters, letter);
		}
	}
	optind = 1;
	opterr = 0;
	for (int c; (c = getopt_long(argc, argv, letters, longs, NULL)) != -1;) {
		const struct entry *e = NULL;
		if (c == '?' || c == ':') {
			fprintf(stderr, "dnshound: %s: %s (see dnshound run --help)\n",
			    argv[optind - 1], c == ':' ? "needs a value" : "no such option");
			return false;
		}
		for (unsigned i = 0; i < ENTRIES; i++)
			if (c == 256 + (int)i || (table[i].letter && c == table[i].letter))
				e = &table[i];
		if (!e || !set(o, e, optarg)) {
			fprintf(stderr,
			    "dnshound: --%s: '%s' is not a valid value (see dnshound run --help)\n",
			    e ? e->name : "?", optarg ? optarg : "");
			return false;
		}
	}
	o->app = argv + optind;
	return true;
}

static bool read_token(struct run_options *o)
{
	FILE *f = fopen(o->token_file, "r");
	if (!f || !fgets(o->token, sizeof(o->token), f)) {
		fprintf(stderr, "dnshound: --token-file: %s: %s\n", o->token_file,
		    f ? "is empty" : strerror(errno));
		if (f)
			fclose(f);
		return false;
	}
	o->token[strcspn(o->token, "\r\n")] = 0;
	fclose(f);
	return true;
}

bool run_options_parse(struct run_options *o, int argc, char **argv)
{
	*o = (struct run_options){
	    .ports = {53},
	    .n_ports = 1,
	    .engine = {.threshold = 50, .format = FORMAT_AUTO, .memory = (uint64_t)64 << 20},
	};
	if (!parse_words(o, argc, argv))
		return false;
	if (o->help)
		return true;
	if (o->userconfig && !run_userconfig(o))
		return false;
	if (o->token_file && !read_token(o))
		return false;
	if (!o->app[0]) {
		fprintf(stderr,
		    "dnshound: run what? dnshound run -- APP ARGS... (see dnshound run --help)\n");
		return false;
	}
	if (o->block && o->no_supervisor) {
		fprintf(stderr, "dnshound: --block needs the supervisor\n");
		return false;
	}
	return true;
}

void run_options_help(void)
{
	printf("usage: dnshound run [options] [--] APP ARGS...\n\n"
	       "Runs a program and sees the DNS queries that it and its children send: which "
	       "process asked\n"
	       "what, whom, and how much can have leaked. Needs no root; the program's output and "
	       "exit\n"
	       "status are its own. The table at the end goes to standard error.\n\n"
	       "  dnshound run -- curl https://example.com/\n"
	       "  dnshound run --json -o events.json -- ./suspicious\n"
	       "  dnshound run --to 10.0.0.5:9999 -- make test\n\n"
	       "Options:\n");
	for (unsigned i = 0; i < ENTRIES; i++) {
		char left[64];
		snprintf(left, sizeof(left), "  %c%c%s--%s%s%s", table[i].letter ? '-' : ' ',
		    table[i].letter ? table[i].letter : ' ', table[i].letter ? ", " : "  ",
		    table[i].name, table[i].argument ? " " : "",
		    table[i].argument ? table[i].argument : "");
		printf("%-30s %s\n", left, table[i].help);
	}
}
