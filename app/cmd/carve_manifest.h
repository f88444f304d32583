/* SPDX-License-Identifier: ISC
 *
 * What was carved and what could not be, for machines (manifest.json) and for people. */
#pragma once

#include "app/cmd/carve_pick.h"
#include "app/cmd/carve_result.h"
#include "app/alert/record.h"

/* One target and what came out of it. */
struct carve_run {
	const struct carve_target *target;
	const struct listing *inputs;
	struct carve_choice choice;
	struct carve_result result;
	bool has_password;
};

struct record *carve_manifest_new(const struct session *s, const struct carve_targets *t);
/* Enter a target in the list that stands in the manifest. */
void carve_manifest_add(struct record *manifest, const struct carve_run *run);
/* The same as lines of a table. */
void carve_manifest_print(const struct carve_run *run);
