/* SPDX-License-Identifier: ISC
 *
 * explain --input: how the first lines of a log are understood. */
#pragma once

#include "app/cmd/session.h"

/* False after telling why not, or when no line at all was understood. */
bool explain_input(const struct session *s, const char *path);
