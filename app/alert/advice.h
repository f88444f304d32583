/* SPDX-License-Identifier: ISC */
#pragma once

#include "include/dnshound.h"

/* What a person should do next about a verdict, one sentence. */
const char *advice_next_step(enum dh_verdict verdict);
