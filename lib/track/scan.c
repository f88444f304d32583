/* SPDX-License-Identifier: ISC */
#include "lib/track/scan.h"

#include "lib/base/assert.h"

/* GCC and clang lower these to whatever vectors the machine has; a comparison gives all ones. */
typedef uint8_t bytes16 __attribute__((vector_size(16)));
typedef uint8_t bytes8 __attribute__((vector_size(8)));

static void lower16(uint8_t *to, const uint8_t *from)
{
	bytes16 v;
	memcpy(&v, from, sizeof(v));
	v |= (bytes16)(v - 'A' < 26) & 0x20;
	memcpy(to, &v, sizeof(v));
}

static void lower8(uint8_t *to, const uint8_t *from)
{
	bytes8 v;
	memcpy(&v, from, sizeof(v));
	v |= (bytes8)(v - 'A' < 26) & 0x20;
	memcpy(to, &v, sizeof(v));
}

/* The last block overlaps the one before it, so that nothing is read behind the name. */
static void lower_name(uint8_t *to, const uint8_t *from, size_t len)
{
	if (len >= 16) {
		for (size_t i = 0; i + 16 < len; i += 16)
			lower16(to + i, from + i);
		lower16(to + len - 16, from + len - 16);
	} else if (len >= 8) {
		lower8(to, from);
		lower8(to + len - 8, from + len - 8);
	} else {
		for (size_t i = 0; i < len; i++)
			to[i] = (uint8_t)(from[i] | ((uint8_t)(from[i] - 'A') < 26) << 5);
	}
}

void scan_lower(struct name_scan *ret, const uint8_t *wire, size_t len)
{
	dh_assert(len >= 1 && len <= NAME_WIRE_MAX);
	lower_name(ret->lower, wire, len);
	ret->len = (uint8_t)len;
}

void scan_labels(struct name_scan *s)
{
	unsigned n = 0;
	unsigned at = 0;
	/* Length bytes are the same in the copy: they are below 'A'. */
	for (; s->lower[at] != 0; at += s->lower[at] + 1u)
		s->starts[n++] = (uint8_t)at;
	dh_assert(at + 1 == s->len);
	s->n_labels = (uint8_t)n;
}

void scan_name(struct name_scan *ret, const uint8_t *wire, size_t len)
{
	scan_lower(ret, wire, len);
	scan_labels(ret);
}

/* Eight counters in one word: a byte adds its kinds with one addition. No counter can spill into
 * the next, a name having at most 253 characters. The order is that of struct name_classes. */
#define LETTER (UINT64_C(1) << 0)
#define UPPER (UINT64_C(1) << 8)
#define DIGIT (UINT64_C(1) << 16)
#define HEX (UINT64_C(1) << 24)
#define DASH (UINT64_C(1) << 32)
#define OTHER (UINT64_C(1) << 40)
#define CONTROL (UINT64_C(1) << 48)
#define HIGH (UINT64_C(1) << 56)

#define X4(k) k, k, k, k
#define X8(k) X4(k), X4(k)
#define X16(k) X8(k), X8(k)

/* clang-format off */
static const uint64_t kinds[256] = {
	/* 00 */ X16(CONTROL), X16(CONTROL),
	/* 20 */ X8(OTHER), X4(OTHER), OTHER, DASH, OTHER, OTHER,
	/* 30 */ X8(DIGIT | HEX), DIGIT | HEX, DIGIT | HEX, X4(OTHER), OTHER, OTHER,
	/* 40 */ OTHER, X4(LETTER | UPPER | HEX), LETTER | UPPER | HEX, LETTER | UPPER | HEX,
		LETTER | UPPER, X8(LETTER | UPPER),
	/* 50 */ X8(LETTER | UPPER), LETTER | UPPER, LETTER | UPPER, LETTER | UPPER, X4(OTHER), DASH,
	/* 60 */ OTHER, X4(LETTER | HEX), LETTER | HEX, LETTER | HEX, LETTER, X8(LETTER),
	/* 70 */ X8(LETTER), LETTER, LETTER, LETTER, X4(OTHER), CONTROL,
	/* 80 */ X16(HIGH), X16(HIGH), X16(HIGH), X16(HIGH),
	/* c0 */ X16(HIGH), X16(HIGH), X16(HIGH), X16(HIGH),
};
/* clang-format on */

struct name_classes scan_classes(
    const struct name_scan *s, const uint8_t *wire, unsigned from, unsigned to)
{
	uint64_t sum = 0;
	unsigned end = scan_at(s, to);
	for (unsigned i = scan_at(s, from); i < end; i++)
		sum += kinds[wire[i]];
	for (unsigned i = from; i < to && i < s->n_labels; i++)
		sum -= kinds[wire[s->starts[i]]]; /* the length bytes are no characters */
	return (struct name_classes){
	    .letters = (uint8_t)sum,
	    .upper = (uint8_t)(sum >> 8),
	    .digits = (uint8_t)(sum >> 16),
	    .hex = (uint8_t)(sum >> 24),
	    .dashes = (uint8_t)(sum >> 32),
	    .other = (uint8_t)(sum >> 40),
	    .control = (uint8_t)(sum >> 48),
	    .high = (uint8_t)(sum >> 56),
	};
}
