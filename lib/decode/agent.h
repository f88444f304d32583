/* SPDX-License-Identifier: ISC
 *
 * The lines that `dnshound run --to` sends (docs/run.md, "Events"). A message is there whole, so
 * what it gives is what a packet would; a name that only the resolver library was asked for gives
 * the name, its type, and the addresses that came back. */
#pragma once

#include "lib/decode/line.h"

/* Whether the line is one of those: then it gave an event, or was counted. */
bool agent_line(const struct line *l);
