/* SPDX-License-Identifier: ISC
 *
 * A network of addresses: 16 bytes, IPv4 as IPv4-mapped (RFC 4291 §2.5.5.2), and how many leading
 * bits count. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct network {
	uint8_t address[16];
	uint8_t bits; /* 0..128 */
};

static inline bool network_has(const struct network *n, const uint8_t address[16])
{
	unsigned bytes = n->bits / 8u, rest = n->bits % 8u;
	return memcmp(n->address, address, bytes) == 0 &&
	       (rest == 0 || ((n->address[bytes] ^ address[bytes]) >> (8 - rest)) == 0);
}
