/* SPDX-License-Identifier: ISC
 *
 * DNS over TCP: messages behind a length of two bytes (RFC 1035 §4.2.2), cut anywhere by the
 * writes of the program. One buffer for each socket that is in the middle of a message, found by
 * the socket's cookie, which the kernel never gives twice; when all are taken, the one untouched
 * for longest makes room. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FRAMING_STREAMS = 16, FRAMING_ROOM = 2 + 65535 };

struct framing {
	struct framing_stream {
		uint64_t cookie, used;
		uint32_t have;
		uint8_t bytes[FRAMING_ROOM];
	} at[FRAMING_STREAMS];
	uint64_t clock;
	uint64_t bad; /* streams given up: their lengths cannot be those of DNS messages */
};

typedef void framing_fn(void *ctx, const uint8_t *message, size_t len);

/* Bytes that a socket sends; fn is called for each message that they complete. */
void framing_feed(struct framing *f, uint64_t cookie, const uint8_t *bytes, size_t len,
    framing_fn *fn, void *ctx);
