/* SPDX-License-Identifier: ISC */
#include "lib/track/hostname.h"

size_t hostname_to_wire(struct view text, uint8_t ret_wire[HOSTNAME_WIRE_MAX])
{
	size_t label = 0, at = 1;
	if (text.len == 0 || text.len + 2 > HOSTNAME_WIRE_MAX)
		return 0;
	for (size_t i = 0; i <= text.len; i++) {
		uint8_t c = i < text.len ? text.p[i] : '.';
		if (c == '.') {
			size_t len = at - label - 1;
			if (len == 0 || len > 63)
				return 0;
			ret_wire[label] = (uint8_t)len;
			label = at++;
		} else if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
		           c == '_') {
			ret_wire[at++] = c;
		} else {
			return 0;
		}
	}
	ret_wire[label] = 0;
	return at;
}
