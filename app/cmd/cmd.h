/* SPDX-License-Identifier: ISC
 *
 * The subcommands. Each takes its own name as argv[0] and returns the exit status. */
#pragma once

enum exit_status {
	EXIT_CLEAN = 0, /* nothing at or above the threshold */
	EXIT_FINDINGS = 1,
	EXIT_ERROR = 2,          /* the command or an input was wrong */
	EXIT_FINDINGS_ERROR = 3, /* both */
	EXIT_NOTHING = 4         /* carve: no payload came out */
};

int cmd_scan(int argc, char **argv);
int cmd_hunt(int argc, char **argv);
int cmd_learn(int argc, char **argv);
int cmd_run(int argc, char **argv);
int cmd_explain(int argc, char **argv);
int cmd_carve(int argc, char **argv);
int cmd_listen(int argc, char **argv);
int cmd_watch(int argc, char **argv);
int cmd_config(int argc, char **argv);
int cmd_alerts(int argc, char **argv);
int cmd_rules(int argc, char **argv);
int cmd_block(int argc, char **argv); /* block, unblock and blocks */
