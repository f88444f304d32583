/* SPDX-License-Identifier: ISC
 *
 * Text logs: where lines end, and the # lines of Zeek that say how the others are to be read. */
#pragma once

#include "app/capture/slot.h"

/* How many bytes at the front of text are whole lines that make one chunk: at most max of them, or
 * one longer line. 0: not even one line ends here. */
size_t loglines_cut(struct view text, size_t max);
/* Turn CR LF into LF, in place; the new length. */
size_t loglines_strip_cr(uint8_t *p, size_t len);
/* How many bytes at the front of text (whole lines) come before the first line that begins
 * with '#'. */
size_t loglines_before_comment(struct view text);

/* The # lines in force, one of a kind, '\n' after each. */
struct log_header {
	uint32_t len;
	char text[SLOT_HEADER_BYTES];
};

/* A # line (without its newline) comes into force: a #separator begins a new header, any other
 * replaces the line of the same kind, #close says nothing. False when there is no room. */
bool loglines_header_add(struct log_header *h, struct view line);
