/* SPDX-License-Identifier: ISC
 *
 * Domain names (RFC 1035 §3.1, §4.1.4). A name in wire form is validated once, here, and trusted
 * by everybody after: labels of 1..63 bytes, a root label at the end, at most 255 bytes, never a
 * compression pointer. Labels hold any byte (RFC 2181 §11).
 *
 * Pointers must lead strictly backwards: each target lies below where the run of labels that holds
 * the pointer began, and never in the message header. A loop is thus impossible, and a name takes
 * at most NAME_HOPS_MAX jumps, so a hostile message cannot buy more work than its length pays for.
 */
#pragma once

#include "lib/base/view.h"

#define NAME_WIRE_MAX 255
#define NAME_LABEL_MAX 63
#define NAME_HOPS_MAX 127    /* a legal name has at most 127 labels to jump between */
#define NAME_TEXT_MAX 1024   /* the longest presentation form, with its NUL */
#define NAME_FIRST_OFFSET 12 /* names begin after the header */

/* The length of the uncompressed name at p; 0 when it is compressed, unsound, or longer than
 * `left`. The fast path of every question. */
static inline size_t name_span(const uint8_t *p, size_t left)
{
	size_t max = left < NAME_WIRE_MAX ? left : NAME_WIRE_MAX;
	size_t at = 0;
	while (at < max) {
		size_t n = p[at];
		if (n - 1 >= NAME_LABEL_MAX) /* the root, or no label */
			return n == 0 ? at + 1 : 0;
		at += 1 + n;
	}
	return 0;
}

/* Read the name at msg.p + at, decompressed, into out. ret_len is its wire length, ret_next the
 * offset of the byte after it in the message. False when it is unsound; out is then scratch. */
bool name_read(
    struct view msg, size_t at, uint8_t out[NAME_WIRE_MAX], size_t *ret_len, size_t *ret_next);

/* Names longer than 255 bytes are on the wire: tunnels whose client has a search list send them,
 * and careless servers answer. The length of the uncompressed name at p, however long, and in
 * *ret_keep the offset of the label from which on it is at most 255 bytes; 0 when it is unsound. */
size_t name_span_long(const uint8_t *p, size_t left, size_t *ret_keep);

/* The offset after the name at `at`, without following its pointer (which must lead backwards);
 * 0 when it is unsound. */
size_t name_skip(struct view msg, size_t at);

/* Presentation form into buf (NUL-terminated, NAME_TEXT_MAX bytes): labels between dots, no dot at
 * the end, "." for the root; bytes outside printable ASCII, and blanks, as \DDD; `.` and `\` in a
 * label with a `\` before. Returns the length. The name must be sound. */
size_t name_print(const uint8_t *wire, char buf[NAME_TEXT_MAX]);

/* The inverse: dotted text, \DDD and \X escapes understood, a dot at the end optional. False on
 * empty or over-long labels, over-long names and broken escapes; ret_len is then untouched. */
bool name_from_text(struct view text, uint8_t out[NAME_WIRE_MAX], size_t *ret_len);

/* Whether `name` equals `ancestor` or lies below it, without regard to ASCII case. */
bool name_is_below(
    const uint8_t *name, size_t name_len, const uint8_t *ancestor, size_t ancestor_len);
