/* SPDX-License-Identifier: ISC
 *
 * Domain names as tables of people hold them: lower-case letters, digits, '-' and '_'. */
#pragma once

#include "lib/base/view.h"

enum { HOSTNAME_WIRE_MAX = 255 };

/* From text to wire form: its length, or 0 when the text is no such name. */
size_t hostname_to_wire(struct view text, uint8_t ret_wire[HOSTNAME_WIRE_MAX]);
