#!/usr/bin/python3
# SPDX-License-Identifier: ISC
"""Writes lib/base/fixed_tables.h: log2 of 0..512 and 2^-x, in fixed point.

Logarithms are built from those of the primes, so log2(a*b) == log2(a) + log2(b) holds exactly in
the table: two entropies that are equal on paper are equal in integers too.
"""
from decimal import Decimal, getcontext

getcontext().prec = 50
LN2 = Decimal(2).ln()
LOG_ONE = 1 << 28
EXP_ONE = 1 << 31


def log2_table(last):
    table = [0, 0]
    for n in range(2, last + 1):
        p = next(d for d in range(2, n + 1) if n % d == 0)
        table.append(int((Decimal(n).ln() / LN2 * LOG_ONE).to_integral_value()) if p == n
                     else table[p] + table[n // p])
    return table


def rows(values):
    return "".join("\t" + " ".join(f"{v}," for v in values[i:i + 8]) + "\n"
                   for i in range(0, len(values), 8))


exp2 = [int((EXP_ONE * (-LN2 * i / 256).exp()).to_integral_value()) for i in range(257)]
print(f"""/* SPDX-License-Identifier: ISC
 *
 * Written by tools/fixed_tables.py; included by lib/base/fixed.c alone. */
#pragma once

#include <stdint.h>

/* log2(n) * 2^28; additive over factors. log2_table[0] stands for 0 * log2(0) = 0. */
static const uint32_t log2_table[513] = {{
{rows(log2_table(512))}}};

/* 2^(-i/256) * 2^31. */
static const uint32_t exp2_table[257] = {{
{rows(exp2)}}};""")
