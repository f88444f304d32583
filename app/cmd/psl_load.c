/* SPDX-License-Identifier: ISC */
#include "app/cmd/psl_load.h"

#include <errno.h>
#include <idn2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#define DAY_S INT64_C(86400)

static void bad(struct psl_report *r, uint32_t line, const char *reason)
{
	if (r->bad < PSL_BAD_KEPT) {
		r->bad_lines[r->bad].line = line;
		r->bad_lines[r->bad].reason = reason;
	}
	r->bad++;
}

/* "// VERSION: 2025-11-05_12-34-56_UTC", which the list carries since 2024. */
static bool version_date(const char *line, int64_t *ret_s)
{
	struct tm tm = {0};
	const char *v = strstr(line, "VERSION:");
	if (strncmp(line, "//", 2) != 0 || !v || !strptime(v, "VERSION: %Y-%m-%d", &tm))
		return false;
	*ret_s = timegm(&tm);
	return true;
}

static bool is_ascii(const char *s)
{
	while (*s > 0)
		s++;
	return *s == '\0';
}

static int add_ascii(struct suffix *t, const char *rule, uint32_t line, struct psl_report *r)
{
	int e = suffix_add(t, view_str(rule));
	if (e == -EINVAL) {
		bad(r, line, "not a rule");
		return 0;
	}
	r->rules += e == 0;
	return e;
}

/* One rule in UTF-8, its prefix kept and the rest put into A-labels. */
static int add_rule(struct suffix *t, const char *rule, uint32_t line, struct psl_report *r)
{
	size_t prefix = rule[0] == '!' ? 1 : strncmp(rule, "*.", 2) == 0 ? 2 : 0;
	char text[512];
	char *ascii = NULL;
	if (is_ascii(rule))
		return add_ascii(t, rule, line, r);
	int e = idn2_to_ascii_8z(rule + prefix, &ascii, IDN2_NONTRANSITIONAL | IDN2_NFC_INPUT);
	if (e != IDN2_OK) {
		bad(r, line, idn2_strerror(e));
		return 0;
	}
	int n = snprintf(text, sizeof(text), "%.*s%s", (int)prefix, rule, ascii);
	idn2_free(ascii);
	if (n >= (int)sizeof(text)) {
		bad(r, line, "not a rule");
		return 0;
	}
	return add_ascii(t, text, line, r);
}

static int read_list(FILE *f, struct suffix *t, struct psl_report *r)
{
	char *line = NULL;
	size_t cap = 0;
	uint32_t number = 0;
	int e = 0;
	errno = 0;
	while (e == 0 && getline(&line, &cap, f) >= 0) {
		int64_t date;
		number++;
		if (r->date_from_file && version_date(line, &date)) {
			r->date_s = date;
			r->date_from_file = false;
		}
		/* A rule ends at the first white space. */
		line[strcspn(line, " \t\r\n")] = '\0';
		if (line[0] && strncmp(line, "//", 2) != 0)
			e = add_rule(t, line, number, r);
	}
	if (e == 0 && ferror(f))
		e = errno ? -errno : -EIO;
	free(line);
	return e;
}

int psl_load(struct suffix *t, const char *path, struct psl_report *ret)
{
	struct psl_report r = {.date_from_file = true};
	struct stat st;
	FILE *f = fopen(path, "re");
	if (!f)
		return -errno;
	if (fstat(fileno(f), &st) == 0)
		r.date_s = st.st_mtime;
	int e = read_list(f, t, &r);
	fclose(f);
	if (e == 0 && r.rules == 0)
		e = -EINVAL;
	*ret = r;
	return e;
}

void psl_warn(FILE *to, const char *path, int error, const struct psl_report *r, int64_t now_s)
{
	if (error == -ENOENT) {
		fprintf(to,
		    "dnshound: %s: the Public Suffix List is not there; install the package "
		    "publicsuffix or "
		    "name a file with --psl\n",
		    path);
		return;
	}
	if (error == -ENOSPC) {
		fprintf(to, "dnshound: %s: more rules than the table takes\n", path);
		return;
	}
	if (error == -EINVAL) {
		fprintf(to, "dnshound: %s: not a Public Suffix List: no rule in it\n", path);
		return;
	}
	if (error < 0) {
		fprintf(to, "dnshound: %s: %s\n", path, strerror(-error));
		return;
	}
	for (uint32_t i = 0; i < r->bad && i < PSL_BAD_KEPT; i++)
		fprintf(to, "dnshound: %s:%u: rule left out: %s\n", path, r->bad_lines[i].line,
		    r->bad_lines[i].reason);
	if (r->bad > PSL_BAD_KEPT)
		fprintf(to, "dnshound: %s: %u more rules left out\n", path, r->bad - PSL_BAD_KEPT);
	int64_t days = (now_s - r->date_s) / DAY_S;
	if (days > PSL_MAX_AGE_DAYS)
		fprintf(to,
		    "dnshound: %s: warning: %lld days old%s; newer suffixes are not known\n", path,
		    (long long)days, r->date_from_file ? " (by its file's date)" : "");
}
