/* SPDX-License-Identifier: ISC
 *
 * Addresses as text: 16 bytes, IPv4 as IPv4-mapped (RFC 4291 section 2.5.5.2), which prints as
 * IPv4; IPv6 as RFC 5952 wants it, and with the last 32 bits as IPv4 where inet_ntop() does so. */
#pragma once

#include <stdint.h>

enum { ADDRESS_TEXT_MAX = 46 };

void address_print(const uint8_t address[16], char buf[ADDRESS_TEXT_MAX]);
