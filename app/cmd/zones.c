/* SPDX-License-Identifier: ISC
 *
 * The C library knows the zones; asked for the offset at every few days from 1980 to 2040, and
 * between two that differ by halves, it tells when they change. */
#include "app/cmd/zones.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define FIRST_S 315532800ll
#define LAST_S 2208988800ll
#define STEP_S (7 * 86400ll)

static int32_t offset_at(int64_t utc_s)
{
	const time_t t = (time_t)utc_s;
	struct tm tm;
	return localtime_r(&t, &tm) ? (int32_t)tm.tm_gmtoff : 0;
}

static void add(struct zones *z, int64_t from_s, int32_t offset_s)
{
	if (z->n < ZONES_CHANGES)
		z->change[z->n++] = (struct mapped_change){from_s, offset_s};
}

static void collect(struct zones *z)
{
	int32_t is = offset_at(FIRST_S);
	add(z, INT64_MIN, is);
	for (int64_t at = FIRST_S; at < LAST_S; at += STEP_S) {
		int32_t next = offset_at(at + STEP_S);
		if (next == is)
			continue;
		int64_t before = at, after = at + STEP_S;
		while (after - before > 1) {
			int64_t middle = before + (after - before) / 2;
			if (offset_at(middle) == is)
				before = middle;
			else
				after = middle;
		}
		add(z, after, offset_at(after));
		is = next;
	}
}

/* +HH:MM, -HHMM, +HH */
static bool fixed(const char *name, int32_t *ret_s)
{
	int h = 0, m = 0, used = 0;
	if (*name != '+' && *name != '-')
		return false;
	if (sscanf(name + 1, "%2d:%2d%n", &h, &m, &used) < 2 || name[1 + used]) {
		m = used = 0;
		if (sscanf(name + 1, "%2d%2d%n", &h, &m, &used) < 2 || name[1 + used]) {
			m = used = 0;
			if (sscanf(name + 1, "%2d%n", &h, &used) < 1 || name[1 + used])
				return false;
		}
	}
	if (h < 0 || h > 23 || m < 0 || m > 59)
		return false;
	*ret_s = (*name == '-' ? -1 : 1) * (h * 3600 + m * 60);
	return true;
}

static bool exists(const char *name)
{
	char path[256];
	if (strstr(name, "..") || name[0] == '/')
		return false;
	int n = snprintf(path, sizeof(path), "/usr/share/zoneinfo/%s", name);
	return n > 0 && (size_t)n < sizeof(path) && access(path, R_OK) == 0;
}

bool zones_make(struct zones *ret, const char *name)
{
	struct zones z = {0};
	int32_t offset_s;
	char *before = NULL;
	const char *was = getenv("TZ");

	if (!name || strcmp(name, "UTC") == 0) {
		add(&z, INT64_MIN, 0);
	} else if (fixed(name, &offset_s)) {
		add(&z, INT64_MIN, offset_s);
	} else if (strcmp(name, "local") == 0) {
		tzset();
		collect(&z);
	} else if (isalpha((unsigned char)*name) && exists(name)) {
		if (was && !(before = strdup(was)))
			return false;
		setenv("TZ", name, 1);
		tzset();
		collect(&z);
		if (before)
			setenv("TZ", before, 1);
		else
			unsetenv("TZ");
		tzset();
		free(before);
	} else {
		fprintf(stderr,
		    "dnshound: '%s' is no time zone (UTC, local, +02:00, or a name such as "
		    "Europe/Berlin)\n",
		    name);
		return false;
	}
	*ret = z;
	return true;
}
