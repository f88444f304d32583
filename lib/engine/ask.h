/* SPDX-License-Identifier: ISC
 *
 * Which process asked, for what the network saw. An agent beside an application and a sensor on the
 * wire tell of the same question; whichever comes first, the other is recognised by the name, the
 * time, and the message's id or the client's address and port. Then the sensor's event gets the
 * process, and the agent's the client that the sensor saw: an agent behind address translation, or
 * on the loopback address, would else be another client.
 *
 * Questions are kept for two seconds in a table without chains: under a flood some go without a
 * process, and nothing else happens. Nothing is done before the first agent has spoken. Names of
 * processes live in a table of their own, whose newest stay. */
#pragma once

#include "lib/decode/asker.h"
#include "lib/engine/engine.h"

struct asks;

size_t asks_size(void);
/* mem: asks_size() zeroed bytes, or those of an engine that was here before. */
struct asks *asks_init(void *mem);

/* Forget the questions, not the processes. */
void asks_resume(struct asks *a);

/* What events of this batch hold becomes what the engine knows them by. */
void asks_take(struct asks *a, struct batch *b);
/* Join one event (its time is the clock's); its client may be another afterwards. */
void asks_event(struct asks *a, const struct observer *o, const struct batch *b, struct event *ev);
/* The asker of a number; NULL when it is 0 or was forgotten. */
const struct asker *asks_find(const struct asks *a, uint32_t process);
