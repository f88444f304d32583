/* SPDX-License-Identifier: ISC */
#include "lib/base/address.h"

#include <string.h>

#include "lib/base/cursor.h"
#include "lib/base/out.h"

enum { WORDS = 8 };

static void print_ipv4(struct out *o, const uint8_t *p)
{
	for (unsigned i = 0; i < 4; i++) {
		if (i)
			out_str(o, ".");
		out_u64(o, p[i]);
	}
}

static void print_hex(struct out *o, unsigned word)
{
	static const char digits[] = "0123456789abcdef";
	char text[5];
	unsigned n = 0;
	for (int shift = 12; shift >= 0; shift -= 4)
		if (n || word >> shift || shift == 0)
			text[n++] = digits[word >> shift & 15];
	text[n] = 0;
	out_str(o, text);
}

/* The longest run of zeroes, two at least, the first of equals (RFC 5952 section 4.2). */
static unsigned longest_run(const uint16_t words[WORDS], unsigned *ret_len)
{
	unsigned at = WORDS, best = 1;
	for (unsigned i = 0, run = 0; i < WORDS; i++) {
		run = words[i] == 0 ? run + 1 : 0;
		if (run > best) {
			best = run;
			at = i + 1 - run;
		}
	}
	*ret_len = at < WORDS ? best : 0;
	return at;
}

void address_print(const uint8_t address[16], char buf[ADDRESS_TEXT_MAX])
{
	static const uint8_t mapped[12] = {[10] = 0xff, 0xff};
	struct out o = out_to(buf, ADDRESS_TEXT_MAX);
	uint16_t words[WORDS];
	unsigned run, at;

	if (memcmp(address, mapped, sizeof(mapped)) == 0) {
		print_ipv4(&o, address + 12);
		return;
	}
	for (unsigned i = 0; i < WORDS; i++)
		words[i] = load_be16(address + 2 * i);
	at = longest_run(words, &run);
	for (unsigned i = 0; i < WORDS; i++) {
		if (i == at) {
			out_str(&o, "::");
			i += run - 1;
			continue;
		}
		if (i && i != at + run)
			out_str(&o, ":");
		/* ::1.2.3.4, the old way of RFC 4291 section 2.5.5.1. */
		if (i == 6 && at == 0 && run == 6) {
			print_ipv4(&o, address + 12);
			return;
		}
		print_hex(&o, words[i]);
	}
}
