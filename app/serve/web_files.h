/* SPDX-License-Identifier: ISC
 *
 * What lies in web/, inside the program (tools/embed). Text ends in a NUL that does not count. */
#pragma once

#include <stddef.h>
#include <stdint.h>

extern const uint8_t web_report_css[];
extern const size_t web_report_css_len;
