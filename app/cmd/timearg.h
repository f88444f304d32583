/* SPDX-License-Identifier: ISC
 *
 * Times as people write and read them, always UTC. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* 2026-01-02, 2026-01-02T03:04, 2026-01-02T03:04:05[Z] (a blank for the T too), epoch seconds. */
bool timearg_parse(const char *text, int64_t *ret_ns);

/* A span: 90s, 10m, 6h, 7d. */
bool timearg_span(const char *text, int64_t *ret_s);
