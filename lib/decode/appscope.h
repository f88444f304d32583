/* SPDX-License-Identifier: ISC
 *
 * The event stream of AppScope (newline JSON, versions 1.0 to 1.4): the line that begins a
 * connection, and events, of which dns.req and dns.resp tell of names. Neither type, server nor
 * result code are in it, and of answers only addresses. The client is whoever sends the lines. */
#pragma once

#include "lib/decode/line.h"

/* Whether the line is one of those: then it gave an event, or was counted. */
bool appscope_line(const struct line *l);
