/* SPDX-License-Identifier: ISC */
#include "app/cmd/cmd.h"

int cmd_explain(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return EXIT_ERROR;
}
