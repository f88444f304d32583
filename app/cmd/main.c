/* SPDX-License-Identifier: ISC */
#include <stdio.h>
#include <string.h>

#include "app/cmd/cmd.h"

static const struct {
	const char *name;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
    {"scan", cmd_scan, "captures and logs in, findings out"},
    {"hunt", cmd_hunt, "the figures of every pair, filtered and sorted"},
    {"learn", cmd_learn, "what is ordinary at this site, for scan and hunt"},
    {"run", cmd_run, "one application's DNS, by process"},
    {"carve", cmd_carve, "what a tunnel carried: files, streams, packets"},
    {"watch", cmd_watch, "the daemon: live sources in, alerts out"},
    {"listen", cmd_listen, "the daemon in one line: newline JSON in, findings out"},
    {"config", cmd_config, "check or show dnshound.yaml"},
    {"alerts", cmd_alerts, "what watch has found: list, show, mute, unmute"},
    {"rules", cmd_rules, "rules for Suricata, Sigma, Sentinel, Splunk, RPZ, nftables ..."},
    {"block", cmd_block, "stop a zone at the resolver, or a pair at the packet filter"},
    {"unblock", cmd_block, "take a block back"},
    {"blocks", cmd_block, "what is stopped, by whom and why"},
    {"explain", cmd_explain, "why a name costs what it costs"},
};
enum { COMMANDS = sizeof(commands) / sizeof(commands[0]) };

static void usage(FILE *to)
{
	fprintf(to, "usage: dnshound COMMAND [options] ...\n\n"
	            "Finds data that leaves, and commands that arrive, through DNS.\n\n");
	for (unsigned i = 0; i < COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].help);
	fprintf(to, "\n  dnshound COMMAND --help tells more. Begin with:\n\n"
	            "  dnshound scan capture.pcap\n");
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : "";

	if (strcmp(word, "--version") == 0) {
		puts("dnshound " DNSHOUND_VERSION);
		return EXIT_CLEAN;
	}
	if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0 || strcmp(word, "help") == 0) {
		usage(stdout);
		return EXIT_CLEAN;
	}
	for (unsigned i = 0; i < COMMANDS; i++) {
		if (strcmp(word, commands[i].name) != 0)
			continue;
		int status = commands[i].run(argc - 1, argv + 1);
		/* A full disk or a closed pipe must not look like a clean result. */
		if (fflush(stdout) != 0 || ferror(stdout)) {
			fprintf(stderr, "dnshound: standard output: could not write everything\n");
			return EXIT_ERROR;
		}
		return status;
	}
	if (*word)
		fprintf(stderr, "dnshound: '%s' is no command\n\n", word);
	usage(stderr);
	return EXIT_ERROR;
}
