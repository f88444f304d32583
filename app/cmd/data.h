/* SPDX-License-Identifier: ISC
 *
 * The tables that ship inside the program (data/), each with a NUL behind its last byte. */
#pragma once

#include <stddef.h>
#include <stdint.h>

extern const uint8_t data_scorecard[];
extern const size_t data_scorecard_len;
