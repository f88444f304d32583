/* SPDX-License-Identifier: ISC */
#pragma once

#include "app/cmd/report_names.h"

/* The report of scan --html, to the file of the options. False after telling why not. */
bool report_write(struct session *s, const struct rows *rows, struct report_names *names);
