/* SPDX-License-Identifier: ISC
 *
 * Frame Streams, as dnstap files use it: data frames of a 32-bit length and their bytes, and
 * control frames behind an escape (length 0). A file is unidirectional: START, frames, STOP. A
 * file whose writer still runs has no STOP, concatenated files have several. Over a socket it is
 * bidirectional: READY is answered by ACCEPT, and STOP by FINISH. */
#pragma once

#include "app/capture/walk.h"

struct fstrm {
	bool is_started;
	/* A writer that wants to be answered: it sent READY, or STOP after one. Whoever answers
	 * takes them back. */
	bool wants_accept, wants_finish;
	bool is_bidirectional;
};

/* Does this begin such a file? At least FSTRM_MAGIC_BYTES of it. */
#define FSTRM_MAGIC_BYTES 12
/* ACCEPT of dnstap's content type, and FINISH, as they go over a socket. */
#define FSTRM_ACCEPT_BYTES 42
#define FSTRM_FINISH_BYTES 12
extern const uint8_t fstrm_accept[FSTRM_ACCEPT_BYTES], fstrm_finish[FSTRM_FINISH_BYTES];
bool fstrm_magic(const uint8_t *p);
/* s starts zeroed. Frames get no time and no link type; there is no way to find the next frame
 * behind a broken length. WALK_FOREIGN: the content is not dnstap. */
enum walk_end fstrm_walk(struct fstrm *s, struct view window, struct walk *w);
