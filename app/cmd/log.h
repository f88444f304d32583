/* SPDX-License-Identifier: ISC
 *
 * What a daemon says of itself, a line each on standard error; under systemd with the level that
 * the journal wants (sd-daemon(3)). Bytes that are not printable come out as '?'. */
#pragma once

#include "app/cmd/config.h"

void log_level(enum log_level level);
__attribute__((format(printf, 2, 3))) void log_line(enum log_level level, const char *format, ...);
