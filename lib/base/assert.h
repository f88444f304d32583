/* SPDX-License-Identifier: ISC
 *
 * Our own bugs end the program, in release builds too. Never for anything that input can cause. */
#pragma once

#define dh_assert(cond) ((cond) ? (void)0 : __builtin_trap())
