/* SPDX-License-Identifier: ISC */
#include "app/cmd/timearg.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#define SECOND_NS 1000000000

bool timearg_span(const char *text, int64_t *ret_s)
{
	static const char units[] = "smhd";
	static const int64_t seconds[] = {1, 60, 3600, 86400};
	char *end;
	long long v = strtoll(text, &end, 10);
	const char *unit = *end ? strchr(units, *end) : NULL;
	if (end == text || v <= 0 || v > 1000000 || !unit || end[1])
		return false;
	*ret_s = v * seconds[unit - units];
	return true;
}

bool timearg_parse(const char *text, int64_t *ret_ns)
{
	static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S",
	    "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"};
	char *end;
	long long epoch = strtoll(text, &end, 10);
	if (end != text && *end == 0 && epoch >= 0 && epoch < INT64_MAX / SECOND_NS) {
		*ret_ns = epoch * SECOND_NS;
		return true;
	}
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		struct tm tm = {0};
		const char *rest = strptime(text, forms[i], &tm);
		if (rest && (*rest == 0 || strcmp(rest, "Z") == 0)) {
			*ret_ns = (int64_t)timegm(&tm) * SECOND_NS;
			return true;
		}
	}
	return false;
}
