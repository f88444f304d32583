/* SPDX-License-Identifier: ISC
 *
 * What every carver needs of names and answers: labels joined without their dots, the strings of
 * a TXT record, the name inside a CNAME, MX or SRV. Names in events and rdata were validated by
 * the decoder; lengths are checked here again, for carvers are fuzzed without one. */
#pragma once

#include "lib/base/view.h"
#include "lib/decode/event.h"

#define NAME_BYTES_MAX 255
/* A message's answers never carry more than an event keeps. */
#define ANSWER_TEXT_MAX EVENT_ARENA_MAX

enum {
	QTYPE_A = 1,
	QTYPE_CNAME = 5,
	QTYPE_NULL = 10,
	QTYPE_MX = 15,
	QTYPE_TXT = 16,
	QTYPE_KEY = 25,
	QTYPE_AAAA = 28,
	QTYPE_SRV = 33,
	QTYPE_PRIVATE_FIRST = 65280, /* RFC 6895 §3.1 */
	QTYPE_PRIVATE = 65399,
};

/* Step over the labels of a wire name: false at its end, at `end`, or when it is not valid. */
bool label_next(struct view *name, struct view *ret_label);

/* The labels of a wire name that begin before `end`, joined without dots; returns the length,
 * or 0 when they are longer than cap. */
size_t labels_join(struct view name, size_t end, uint8_t *to, size_t cap);

/* The character-strings of a TXT record joined; a cut last string counts as far as it goes. */
size_t txt_join(struct view rdata, uint8_t *to, size_t cap);

/* The name in the rdata of a CNAME, MX or SRV; empty for other types. The order is the
 * preference of an MX, the priority of an SRV. */
struct view answer_name(const struct answer *a, uint16_t *ret_order);

/* A whole text as a decimal number of at most `digits` digits (9 or less). */
bool decimal_read(struct view text, unsigned digits, uint32_t *ret);
