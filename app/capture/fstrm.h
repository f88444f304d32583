/* SPDX-License-Identifier: ISC
 *
 * Frame Streams, as dnstap files use it: data frames of a 32-bit length and their bytes, and
 * control frames behind an escape (length 0). A file is unidirectional: START, frames, STOP. A
 * file whose writer still runs has no STOP, concatenated files have several. */
#pragma once

#include "app/capture/walk.h"

struct fstrm {
	bool is_started;
};

/* Does this begin such a file? At least FSTRM_MAGIC_BYTES of it. */
#define FSTRM_MAGIC_BYTES 12
bool fstrm_magic(const uint8_t *p);
/* s starts zeroed. Frames get no time and no link type; there is no way to find the next frame
 * behind a broken length. WALK_FOREIGN: the content is not dnstap. */
enum walk_end fstrm_walk(struct fstrm *s, struct view window, struct walk *w);
