/* SPDX-License-Identifier: ISC
 *
 * Which carver a target gets: the recognised tool's; of an unknown one's that whose result proves
 * itself; else the generic one. */
#pragma once

#include "app/cmd/carve_targets.h"
#include "app/cmd/carve_tools.h"

enum carve_why { WHY_NAMED, WHY_RECOGNISED, WHY_PROVED, WHY_UNKNOWN };

struct carve_choice {
	const struct carve_tool *tool;
	enum carve_why why;
};

/* named: what --tool says, or NULL. Zero or a negative errno. */
int carve_pick(struct carve_target *t, const struct carve_options *o,
    const struct carve_tool *named, struct carve_choice *ret);
