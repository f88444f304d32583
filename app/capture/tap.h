/* SPDX-License-Identifier: ISC
 *
 * dnstap as resolvers and name servers send it: Frame Streams over a unix socket or TCP
 * (https://farsightsec.github.io/fstrm/), with the handshake of both directions, or without. */
#pragma once

#include "app/capture/conns.h"

/* What the protocol says; conns_feeder() takes it, with a NULL ctx. */
extern const struct conns_protocol tap_protocol;
