/* SPDX-License-Identifier: ISC */
#include "app/cmd/cmd.h"

#include <stdio.h>
#include <string.h>

#include "app/cmd/baseline_read.h"
#include "app/cmd/config.h"
#include "app/cmd/config_tell.h"

static void usage(void)
{
	printf("usage: dnshound config check FILE    what is wrong with it, and where\n"
	       "       dnshound config show [FILE]   all that it says, with the defaults; a\n"
	       "                                     baseline of learn as well\n"
	       "       dnshound config show --man    the manual page dnshound.conf(5), for "
	       "scdoc(1)\n\n"
	       "Exit status: 0 the file is good, 2 it is not.\n");
}

static int show(const char *path)
{
	struct config c;
	if (path && baseline_is_file(path))
		return baseline_show(path) ? EXIT_CLEAN : EXIT_ERROR;
	bool is_good =
	    path ? config_read(&c, path, config_tell, (void *)(uintptr_t)path) : config_default(&c);
	if (!is_good)
		return EXIT_ERROR;
	config_print(&c);
	config_free(&c);
	return EXIT_CLEAN;
}

static int check(const char *path)
{
	struct config c;
	if (!config_read(&c, path, config_tell, (void *)(uintptr_t)path))
		return EXIT_ERROR;
	printf("%s: good: %u sources, %u sinks\n", path, c.n_sources, c.n_sinks);
	config_free(&c);
	return EXIT_CLEAN;
}

int cmd_config(int argc, char **argv)
{
	const char *verb = argc > 1 ? argv[1] : "";

	if (strcmp(verb, "--help") == 0 || strcmp(verb, "-h") == 0) {
		usage();
		return EXIT_CLEAN;
	}
	if (strcmp(verb, "check") == 0 && argc == 3)
		return check(argv[2]);
	if (strcmp(verb, "show") == 0 && argc == 3 && strcmp(argv[2], "--man") == 0) {
		config_print_man();
		return EXIT_CLEAN;
	}
	if (strcmp(verb, "show") == 0 && argc <= 3)
		return show(argc == 3 ? argv[2] : NULL);
	fprintf(stderr, "dnshound: config: check FILE or show [FILE] (see dnshound config "
	                "--help)\n");
	return EXIT_ERROR;
}
