/* SPDX-License-Identifier: ISC
 *
 * SHA-256 (FIPS 180-4), piece by piece: of what was carved, and of passwords that tools make keys
 * from. */
#pragma once

#include "lib/base/view.h"

enum { DIGEST_BYTES = 32, DIGEST_TEXT = 2 * DIGEST_BYTES + 1 };

struct digest {
	_Alignas(8) uint8_t state[160];
};

void digest_begin(struct digest *d);
void digest_add(struct digest *d, struct view v);
void digest_end(struct digest *d, uint8_t ret[DIGEST_BYTES]);
/* The same in hexadecimal, with a NUL. */
void digest_end_text(struct digest *d, char ret[DIGEST_TEXT]);
