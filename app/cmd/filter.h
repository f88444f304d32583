/* SPDX-License-Identifier: ISC
 *
 * What --client and --zone mean. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "lib/base/network.h"

/* Whether a spec means something: for telling the user of one that does not. */
bool filter_is_address(const char *spec);
bool filter_is_zone(const char *spec);

/* An address, or a network: "10.0.0.7", "10.0.0.0/8", "2001:db8::/32"; IPv4 as IPv4-mapped. False
 * when it is neither. */
bool filter_network(const char *spec, struct network *ret);

/* "10.0.0.7", "10.0.0.0/8", "2001:db8::/32". Anything else matches nothing. */
bool filter_address(const char *spec, const uint8_t address[16]);
/* A zone, in wire form, is the named one or lies below it; "-" is the zone without a name. */
bool filter_zone(const char *spec, const uint8_t *zone, size_t len);
