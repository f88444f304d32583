/* SPDX-License-Identifier: ISC
 *
 * A page of metrics in the text format of Prometheus (version 0.0.4). Values are written when
 * somebody asks; nothing is kept. The number of lines is bounded, whatever the caller adds: what
 * is too much is counted by dnshound_metrics_dropped, and label values are escaped. Never use what
 * traffic chooses (names, addresses) as a label. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE };

enum { METRICS_LINES_MAX = 2000 };

struct metrics {
	char *text; /* of malloc(), ends in NUL */
	size_t len, room, lines;
	char family[100];
	uint64_t dropped;
	bool failed; /* out of memory: the page is incomplete */
};

/* Begin a family: its name, one sentence, its kind. */
void metrics_family(struct metrics *m, const char *name, const char *help, enum metric_kind kind);
/* A value of the family begun last, with at most two labels (NULL: none). */
void metrics_value(struct metrics *m, const char *label, const char *label_value, double v);
void metrics_value2(struct metrics *m, const char *label, const char *label_value,
    const char *label2, const char *label2_value, double v);
/* A family with one value and no labels. */
void metrics_one(
    struct metrics *m, const char *name, const char *help, enum metric_kind kind, double v);
/* Close the page; free(m->text) afterwards. */
void metrics_end(struct metrics *m);
