/* SPDX-License-Identifier: ISC */
#include "app/cmd/csv.h"

#include <stdio.h>
#include <string.h>

void csv_cell(const char *text, bool first)
{
	bool is_formula = *text && strchr("=+-@\t\r", *text);

	if (!first)
		putchar(',');
	if (!is_formula && !strpbrk(text, ",\"\r\n")) {
		fputs(text, stdout);
		return;
	}
	putchar('"');
	if (is_formula)
		putchar('\'');
	for (; *text; text++) {
		if (*text == '"')
			putchar('"');
		putchar(*text);
	}
	putchar('"');
}

void csv_end(void)
{
	putchar('\n');
}
