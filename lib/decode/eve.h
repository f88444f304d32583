/* SPDX-License-Identifier: ISC
 *
 * The dns events of Suricata's EVE log, in the forms that releases have written:
 * 1: a query, or an answer for each record of a response;
 * 2: a query, or an answer with "answers" (detailed), "grouped", or both;
 * 3: a request or a response with "queries", both forms of answers too.
 *
 * Names keep their case. Bytes that are no UTF-8 are written \xNN. */
#pragma once

#include "lib/decode/fields.h"
#include "lib/decode/line.h"

/* The event of one line whose fields were read; false when it gave none (counted). A question of
 * the third form is moved in f to where the others have it. */
bool eve_event(struct fields *f, const struct line *l);
