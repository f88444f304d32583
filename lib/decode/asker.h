/* SPDX-License-Identifier: ISC
 *
 * The process that asked, as an agent beside it tells. Events hold a number only: in a batch it is
 * 1 + the place among the batch's askers, later what engine/ask.h makes of it. */
#pragma once

#include "lib/decode/event.h"
#include "lib/decode/json.h"

/* Texts end in NUL; what is not printable ASCII is \DDD in them, and what is too long is cut. */
struct asker {
	uint64_t key; /* unkeyed hash of host, process and its start; never 0 */
	int32_t pid;
	char host[48], comm[24], exe[96], cmdline[192];
};

/* How many different ones a chunk may bring; further events go without. */
enum { BATCH_ASKERS = 64 };

/* A JSON string as one of the texts; empty when it is none. */
void asker_text(char *to, size_t room, const struct json_value *v);
/* Note who asked: what events of this batch hold; 0 when there is no room. Sets the key from
 * the texts, the number and `start`. */
uint32_t asker_note(struct batch *b, struct asker *a, uint64_t start);
