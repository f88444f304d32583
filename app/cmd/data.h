/* SPDX-License-Identifier: ISC
 *
 * The tables that ship inside the program (data/). */
#pragma once

#include <stddef.h>
#include <stdint.h>

extern const uint8_t data_scorecard[];
extern const size_t data_scorecard_len;

extern const uint8_t data_services[];
extern const size_t data_services_len;
