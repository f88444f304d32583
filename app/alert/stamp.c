/* SPDX-License-Identifier: ISC */
#include "app/alert/stamp.h"

#include <stdio.h>
#include <time.h>

#define SECOND_NS 1000000000

void stamp_print(int64_t ns, char *buf, size_t size)
{
	time_t s = (time_t)(ns / SECOND_NS);
	struct tm tm;
	char date[40];
	gmtime_r(&s, &tm);
	strftime(date, sizeof(date), "%Y-%m-%dT%H:%M:%S", &tm);
	snprintf(buf, size, "%s.%03dZ", date, (int)(ns % SECOND_NS / 1000000));
}
