/* SPDX-License-Identifier: ISC */
#include "app/cmd/log.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

/* Set once, before threads and children are there. */
static enum log_level shown = LOG_LEVEL_INFO;

void log_level(enum log_level level)
{
	shown = level;
}

void log_line(enum log_level level, const char *format, ...)
{
	static const char *const prefixes[] = {"<3>", "<4>", "<6>", "<7>"};
	static const char *const words[] = {"error: ", "warning: ", "", ""};
	char text[1024];
	va_list args;

	if (level > shown)
		return;
	bool is_journal = getenv("JOURNAL_STREAM") != NULL;
	int n = snprintf(
	    text, sizeof(text), "%sdnshound: %s", is_journal ? prefixes[level] : "", words[level]);
	va_start(args, format);
	int more = vsnprintf(text + n, sizeof(text) - (size_t)n - 1, format, args);
	va_end(args);
	n = n + more < (int)sizeof(text) - 2 ? n + more : (int)sizeof(text) - 2;
	for (int i = 0; i < n; i++)
		text[i] = (unsigned char)text[i] < ' ' || text[i] == 127 ? '?' : text[i];
	text[n++] = '\n';
	/* One write, so that lines of several processes do not mix. */
	(void)!write(STDERR_FILENO, text, (size_t)n);
}
