/* SPDX-License-Identifier: ISC
 *
 * What is told when the application has ended. */
#pragma once

#include "app/cmd/run_line.h"
#include "app/cmd/run_people.h"
#include "app/cmd/session.h"

/* A table of who asked what, the findings with their reasons, and what could not be seen. On
 * standard output, which the caller has led elsewhere. s: NULL when nothing was judged. */
void run_report(const struct session *s, const struct people *people, const struct run_counts *c);

/* The same as JSON lines: findings and summary. */
void run_report_json(const struct session *s, const struct people *people);
