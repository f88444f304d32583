/* SPDX-License-Identifier: ISC
 *
 * The page, inside the herald: what the worker shows of itself, for people. */
#pragma once

#include "app/cmd/watch.h"
#include "app/serve/web.h"

/* NULL in *ret where the configuration has no page. False after telling why it cannot start. */
bool watch_page_start(struct web **ret, struct watch *w, struct store *store);
