/* SPDX-License-Identifier: ISC
 *
 * Messages of watched processes into the engine. It reads packets, so each message is put into an
 * IP packet of its own; the process goes by the packet's number in the chunk. One client: this
 * machine. */
#pragma once

#include "agent/sighting.h"
#include "app/cmd/run_people.h"
#include "app/cmd/session.h"

/* A pair reached the threshold: serial is the process that asked. */
typedef void feed_alert_fn(
    void *ctx, const struct engine_alert *a, const uint8_t *zone, size_t zone_len, uint32_t serial);

struct feed;

/* NULL when memory ran out. Not for two threads at once: the caller locks. */
struct feed *feed_new(struct session *s, struct people *people, feed_alert_fn *fn, void *ctx);
void feed_free(struct feed *f);

/* A query or an answer. It is judged with the next feed_flush(), or before when there are many. */
void feed_message(struct feed *f, const struct sighting *r, const uint8_t *message);

/* Judge what was fed. True when the zone of the last message fed is above the threshold. */
bool feed_flush(struct feed *f);

/* No more: the last judgements, and the session's figures. */
void feed_end(struct feed *f);
