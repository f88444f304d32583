/* SPDX-License-Identifier: ISC */
#include "app/cmd/report_write.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "app/alert/document.h"
#include "app/cmd/ndjson.h"
#include "app/serve/report.h"

/* More dots hide each other. */
enum { ORDINARY_MAX = 500 };

/* Beside the file, then in its place: nobody meets half a report. */
static bool save(const char *path, const char *text, size_t len)
{
	char *part = NULL;
	if (asprintf(&part, "%s.part", path) < 0)
		return false;
	FILE *to = fopen(part, "we");
	bool is_good = to && fwrite(text, 1, len, to) == len;
	int error = is_good ? 0 : errno;
	if (to && fclose(to) != 0 && is_good) {
		is_good = false;
		error = errno;
	}
	if (is_good && rename(part, path) != 0) {
		is_good = false;
		error = errno;
	}
	if (!is_good && to)
		unlink(part);
	free(part);
	errno = error;
	return is_good;
}

static struct record *document(
    struct session *s, const struct finding *f, struct report_names *names)
{
	struct rows_public public;
	rows_publish(s, f, &public);
	report_names_parts(names, f, &public.told);
	struct record *r = document_finding(&public.told.f);
	rows_public_done(&public);
	return r;
}

bool report_write(struct session *s, const struct rows *rows, struct report_names *names)
{
	const char *path = s->options->html;
	size_t n = s->options->top && s->options->top < rows->n ? s->options->top : rows->n,
	       len = 0;
	struct record **findings = calloc(n + 1, sizeof(*findings));
	struct chart_pair *ordinary = calloc(ORDINARY_MAX, sizeof(*ordinary));
	struct record *summary = ndjson_summary_new(s);
	char *text = NULL;

	if (findings && ordinary) {
		for (size_t i = 0; i < n; i++)
			findings[i] = document(s, &rows->at[i], names);
		struct report r = {
		    .summary = summary,
		    .findings = (const struct record *const *)findings,
		    .n = n,
		    .ordinary = ordinary,
		    .n_ordinary = report_names_ordinary(names, rows, ordinary, ORDINARY_MAX),
		};
		text = report_html(&r, &len);
		for (size_t i = 0; i < n; i++)
			record_free(findings[i]);
	}
	bool is_good = text && save(path, text, len);
	if (!text)
		fprintf(stderr, "dnshound: out of memory for the report\n");
	else if (!is_good)
		fprintf(stderr, "dnshound: %s: %s\n", path, strerror(errno));
	record_free(summary);
	free(text);
	free(ordinary);
	free(findings);
	return is_good;
}
