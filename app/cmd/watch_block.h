/* SPDX-License-Identifier: ISC
 *
 * What the herald stops. Blocks live in the store, where `dnshound block` and `unblock` change them
 * too; from those that hold, the policy zone and the pairs of the packet filter are written, each
 * as a whole, under another name first, and only when it changes.
 *
 * By itself it blocks only what the configuration's severity and confidence reach and what shows
 * both ways: a tool recognised exactly whose server answers, or opaque answers. What the guard
 * (block_guard.h) names stays open, and a block that somebody took back is not put up again. */
#pragma once

#include "app/cmd/block_guard.h"
#include "app/serve/store.h"
#include "include/dnshound.h"

struct blocker;

/* hooks_fd: where hooks_ask() asks. NULL without memory. */
struct blocker *blocker_new(const struct block_guard *guard, struct store *s, int hooks_fd);
void blocker_free(struct blocker *b);

void blocker_finding(struct blocker *b, const struct dh_finding *f);
/* Take up what others changed, let end what is over: a few times a second. */
void blocker_tick(struct blocker *b);
