/* SPDX-License-Identifier: ISC
 *
 * EDNS options (RFC 6891). Each known option is taken at its published shape; whatever goes beyond
 * it is weighed in bytes, because options travel to the server asked and are a channel. */
#pragma once

#include "lib/base/view.h"

struct edns_context {
	bool to_server;    /* some options may be filled one way only */
	struct view qname; /* wire form, empty when there is none: CHAIN names an ancestor of it */
};

/* Weigh the options of an OPT record: *ret_extra is the number of bytes that no published shape
 * accounts for. False when an option runs past the rdata; the rest is then counted whole. */
bool edns_weigh(struct view options, const struct edns_context *ctx, size_t *ret_extra);
