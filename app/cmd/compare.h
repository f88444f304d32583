/* SPDX-License-Identifier: ISC
 *
 * `--compare points,hunt,listener`: what each rule set said of a domain, what dnshound says of the
 * same traffic, and why they differ. The subject is the domain of two labels, the only one that
 * the rule sets and dnshound's zones have in common. */
#pragma once

#include "app/cmd/options.h"

/* Returns the exit status: as scan's, by dnshound's own findings. */
int compare_run(const struct options *o);
