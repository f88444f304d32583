/* SPDX-License-Identifier: ISC
 *
 * What scan --html sees of names while events flow, beside what the engine keeps: how long and how
 * dense those of every pair are, and the last names of pairs that were alerted, from which the
 * layout of a tunnel's names can be told. Verdicts do not depend on it. */
#pragma once

#include "app/cmd/rows.h"
#include "app/serve/chart.h"

struct report_names;

/* NULL when memory ran out. */
struct report_names *report_names_new(struct session *s);
void report_names_free(struct report_names *r);

/* For session.each; ctx is a struct report_names. */
void report_names_event(void *ctx, const struct batch *b, const struct event *e);

/* Tell the parts of a published finding's samples by all names that were seen of it. */
void report_names_parts(
    struct report_names *r, const struct finding *f, struct published *published);

/* Pairs that are none of the findings in rows, those that ask most first, at most cap. */
size_t report_names_ordinary(
    const struct report_names *r, const struct rows *rows, struct chart_pair *to, size_t cap);
