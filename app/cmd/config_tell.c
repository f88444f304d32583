/* SPDX-License-Identifier: ISC */
#include "app/cmd/config_tell.h"

#include <stdio.h>

void config_tell(void *ctx, unsigned line, unsigned column, const char *text)
{
	const char *path = ctx;
	if (line)
		fprintf(stderr, "dnshound: %s:%u:%u: %s\n", path, line, column, text);
	else
		fprintf(stderr, "dnshound: %s: %s\n", path, text);
}
